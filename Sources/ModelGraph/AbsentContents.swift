public import ByteStorage

/// Contents that stand in a file which is not there: their size is known, reading them fails.
public struct AbsentContents: ByteSource {
  /// How many bytes there would be.
  public let byteCount: Int
  /// The file that is missing, by its path beside the model.
  public let file: ByteString

  /// Stands in for the contents that a missing file should hold.
  public init(byteCount: Int, file: ByteString) {
    self.byteCount = byteCount
    self.file = file
  }

  /// Reads nothing.
  ///
  /// - Throws: `FileError.missing`.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    throw FileError.missing(file.text)
  }
}

extension Tensor {
  /// The missing file that should hold the contents; nil when they are at hand.
  public var missingFile: ByteString? { (contents as? AbsentContents)?.file }
}

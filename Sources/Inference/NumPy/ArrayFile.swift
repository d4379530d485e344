public import ByteStorage

/// A file of NumPy arrays: .npz, or .npy with one array without a name.
///
/// Arrays are read when they are asked for. Objects are never unpickled.
public struct ArrayFile {
  private static let suffix = ".npy"

  private enum Contents {
    case archive(ZipArchive)
    case array(any ByteSource)
  }

  private let contents: Contents

  /// Opens a file; its directory is read, no array yet.
  ///
  /// - Throws: `NumPyError` and `FileError`.
  public init(path: String) throws {
    try self.init(try OpenFile(path: path), path: path)
  }

  /// Reads the directory of bytes; `path` is for messages.
  ///
  /// - Throws: `NumPyError`, and what reading the source throws.
  public init(_ source: any ByteSource, path: String) throws {
    let start = try source.bytes(in: 0..<min(source.byteCount, 8))
    if NPYHeader.isMagic(start) {
      contents = .array(source)
    } else if ZipArchive.isMagic(start) {
      contents = .archive(try ZipArchive(source))
    } else {
      throw NumPyError.notArrays(path)
    }
  }

  /// The names of the arrays, in the file's order; one empty name for a .npy file.
  public var names: [String] {
    switch contents {
    case .array: [""]
    case .archive(let archive):
      archive.members.map(\.name).filter { $0.hasSuffix(Self.suffix) }.map {
        String($0.dropLast(Self.suffix.count))
      }
    }
  }

  /// Reads an array.
  ///
  /// - Throws: `NumPyError.noArray`, and other `NumPyError`s for broken ones.
  public func array(named name: String) throws -> NumericArray {
    switch contents {
    case .array(let source):
      guard name.isEmpty else { throw NumPyError.noArray(name, known: [""]) }
      guard source.byteCount <= Limits.arrayBytes else {
        throw NumPyError.badArray(name, reason: "it has \(source.byteCount) bytes")
      }
      return try NPYArray.read(try source.bytes(), name: name)
    case .archive(let archive):
      guard let member = archive.members.first(where: { $0.name == name + Self.suffix }) else {
        throw NumPyError.noArray(name, known: names)
      }
      return try NPYArray.read(try archive.contents(of: member), name: name)
    }
  }
}

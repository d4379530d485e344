internal import ByteStorage
internal import ModelGraph
internal import SparseContainer

/// The way back from a container to the files that went into it, without a look at the model in them.
///
/// Their digests, which are checked, say that they are the files that were read and found valid when
/// they were stored.
public struct Restoration: Sendable {
  /// The files that are read, which must not be overwritten.
  let inputs: [any InputFile]
  private let container: OpenedContainer

  /// Nil when the container holds other files, or files that were changed since they were read.
  init?(_ container: OpenedContainer, inputs: [any InputFile], as formatName: String) {
    guard container.document.formatName == formatName,
      container.document.files.allSatisfy({ $0.digest != nil })
    else { return nil }
    (self.container, self.inputs) = (container, inputs)
  }

  /// The bytes of the model file outside of its tensors.
  var literalByteCount: Int { container.document.files.first?.literal.byteCount ?? 0 }

  /// Writes the files.
  ///
  /// - Throws: what reading and writing throw; `ConversionError.digestDiffers` when a file does not
  ///   come back as it was.
  func write(to output: ModelOutput, options: WritingOptions) throws {
    try output.write(container.document, options: options) { file, sink in
      try file.write(to: sink, threads: options.threads) { container.contents(of: $0.tensor) }
    }
  }
}

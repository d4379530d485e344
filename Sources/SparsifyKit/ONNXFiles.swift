public import ByteStorage
public import ModelGraph
internal import ONNXFormat

/// ONNX: a model file, and data files beside it when it has external data.
public struct ONNXFiles: ModelFormat {
  /// Makes the format.
  public init() {}

  /// The name, as in reports.
  public var name: String { "onnx" }
  /// The extension of its files.
  public var fileExtension: String { ".onnx" }

  /// True unless the first bytes are those of another known kind of file.
  public func recognizes(_ prefix: [UInt8]) -> Bool { ONNXModelFormat().recognizes(prefix: prefix) }

  /// Reads everything but the weights.
  ///
  /// - Throws: `ONNXError`, `WireError` and `FileError`.
  public func read(
    _ file: OpenFile, isVerifying: Bool, allowsMissingData: Bool
  ) throws -> LoadedModel {
    var options = ONNXModelFormat.Options()
    options.verifiesChecksums = isVerifying
    options.allowsMissingData = allowsMissingData
    let reading = try ONNXModelFormat(options).read(file)
    let inputs = reading.model.document?.files.compactMap { $0.original as? any InputFile } ?? []
    return LoadedModel(model: reading.model, warnings: reading.warnings, inputs: inputs)
  }

  /// Writes the model file and its data files.
  ///
  /// - Throws: what reading the weights and writing throw; `ConversionError.digestDiffers` when a file
  ///   that was stored whole does not come back whole.
  public func write(_ model: Model, to output: ModelOutput, options: WritingOptions) throws {
    var document = try ONNXModelFormat().document(for: model)
    for index in document.files.indices {
      let isOriginal = document.files[index].holes.allSatisfy { model[$0.tensor].isOriginal }
      if !isOriginal { document.files[index].digest = nil }
    }
    try output.write(document, options: options) { file, sink in
      try model.write(file, to: sink, threads: options.threads)
    }
  }
}

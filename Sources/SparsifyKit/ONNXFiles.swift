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

  /// From so many bytes on, hashing them takes longer than handing them to another thread.
  private static let worthThread = 16 << 20

  /// Writes the model file and its data files.
  ///
  /// - Throws: what reading the weights and writing throw; `ConversionError.digestDiffers` when a file
  ///   that was stored whole does not come back whole.
  public func write(_ model: Model, to output: ModelOutput, options: WritingOptions) throws {
    let document = try ONNXModelFormat().document(for: model)
    let total = document.files.reduce(0) { $0 + ($1.byteCount ?? 0) }
    // All at once, so that what is in the way of one shows before another is written.
    let outputs = try document.files.map { try output.open($0.path) }
    for (file, base) in zip(document.files, outputs) {
      let before = output.byteCount
      let isOriginal = file.holes.allSatisfy { model[$0.tensor].isOriginal }
      let expected = isOriginal ? file.digest : nil
      let sink = HashingSink(
        base, isHashing: expected != nil,
        beside: options.threads > 1 && total >= Self.worthThread
      ) { done in
        options.progress?(before + done, total)
      }
      try model.write(file, to: sink, threads: options.threads)
      if let expected, sink.digest() != expected {
        throw ConversionError.digestDiffers(file.path)
      }
    }
  }
}

/// Passes bytes on and hashes them on the way, or beside it on another thread.
private final class HashingSink: ByteSink {
  private let base: any ByteSink
  private let hash: SHA256?
  private let background: BackgroundDigest<SHA256>?
  private let progress: (Int) -> Void

  init(
    _ base: any ByteSink, isHashing: Bool, beside isBeside: Bool, progress: @escaping (Int) -> Void
  ) {
    self.base = base
    background = isHashing && isBeside ? BackgroundDigest() : nil
    hash = isHashing && background == nil ? SHA256() : nil
    self.progress = progress
  }

  var byteCount: Int { base.byteCount }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    background?.update(Array(bytes))
    hash?.update(bytes)
    try base.write(bytes)
    progress(base.byteCount)
  }

  func write(_ bytes: [UInt8]) throws {
    background?.update(bytes)
    bytes.withUnsafeBytes { hash?.update($0) }
    try base.write(bytes)
    progress(base.byteCount)
  }

  func digest() -> [UInt8]? { background?.finalize() ?? hash?.finalize() }
}

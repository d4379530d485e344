internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
public import Pruning
public import SparseCoding
public import SparseContainer
public import StructuredPruning

/// Reads a model, prunes it if asked, and writes it in the format of the output's extension.
///
/// ```swift
/// import Pruning
/// import SparsifyKit
///
/// var conversion = Conversion(input: "model.onnx", output: "model.spm")
/// conversion.pruning = PruningRequest(goal: .sparsity(0.8, .layer))
/// let report = try conversion.run()
/// print(report.outputBytes)
/// ```
public struct Conversion: Sendable {
  /// The path of the model to read.
  public var input: String
  /// The path to write to.
  public var output: String
  /// The name of the format to write; nil to go by the output's extension.
  public var format: String?
  /// How many residual blocks to remove, first of all.
  public var removedLayers = 0
  /// Whether to remove the channels that are always the same number.
  public var removesDeadChannels = false
  /// Which channels to remove, before weights are pruned; nil to keep all.
  public var channels: ChannelPruningRequest?
  /// What to prune; nil to change nothing.
  public var pruning: PruningRequest?
  /// How hard to try to make tensors small.
  public var level = CompressionLevel.balanced
  /// How tensors stand in a container.
  public var layout = ContainerLayout.packed
  /// The most bytes a file of a container should have; nil for one file.
  public var shardSize: Int?
  /// How many threads read and code.
  public var threads = 1
  /// How many bytes of memory the work may take; nil for no bound but the design's own.
  public var memoryLimit: Int?
  /// Whether an existing output may be replaced.
  public var replaces = false
  /// Whether to do everything but write.
  public var isDryRun = false

  /// Describes a conversion without pruning.
  public init(input: String, output: String) {
    self.input = input
    self.output = output
  }

  /// Does it.
  ///
  /// - Parameter progress: told now and then how many bytes of how many are coded or written.
  /// - Returns: what was done.
  /// - Throws: a `DiagnosticError`; the output has not appeared then, and an older one is untouched.
  public func run(progress: ((Int, Int) -> Void)? = nil) throws -> ConversionReport {
    let target = try ModelFormats.format(forOutput: output, named: format)
    let file = try OpenFile(path: input)
    var (source, loaded) = try FileFailure.naming(input) {
      let format = try ModelFormats.format(of: file)
      return (format, try format.read(file, isVerifying: true))
    }
    let sink = try ModelOutput(
      path: isDryRun ? nil : output, replaces: replaces, inputs: loaded.inputs.map(\.identity))
    let threads = try threadsWithinBudget(for: loaded.model)
    let shortened = try FileFailure.naming(input) {
      removedLayers > 0
        ? try loaded.model.removeLayers(count: removedLayers, threads: threads) : nil
    }
    let narrowed = try FileFailure.naming(input) {
      try removeChannels(&loaded.model, threads: threads)
    }
    let pruned = try FileFailure.naming(input) { try prune(&loaded.model, threads: threads) }
    try FileFailure.naming(input) {
      try target.write(
        loaded.model, to: sink,
        options: WritingOptions(
          level: level, layout: layout, shardSize: shardSize, threads: threads,
          progress: progress))
    }
    for input in loaded.inputs { try input.checkUnchanged() }
    let written = sink.byteCount
    try sink.commit()
    return ConversionReport(
      inputFormat: source.name, outputFormat: target.name,
      inputBytes: loaded.inputs.reduce(0) { $0 + $1.byteCount }, outputBytes: written,
      isDryRun: isDryRun, layers: shortened.map { LayerSummary($0) },
      channels: narrowed.map { ChannelSummary($0) },
      pruning: pruned.map { PruningSummary($0, of: loaded.model) },
      warnings: loaded.warnings.map(\.text) + (shortened?.warnings ?? [])
        + (narrowed?.warnings ?? []) + (pruned?.warnings ?? []))
  }

  private func removeChannels(
    _ model: inout Model, threads: Int
  ) throws -> ChannelPruningReport? {
    var report: ChannelPruningReport?
    if removesDeadChannels { report = try model.removeDeadChannels(threads: threads) }
    guard var channels else { return report }
    channels.threads = threads
    let pruned = try model.pruneChannels(channels)
    return report.map { pruned.following($0) } ?? pruned
  }

  private func prune(_ model: inout Model, threads: Int) throws -> PruningReport? {
    guard var pruning else { return nil }
    pruning.threads = threads
    return try model.prune(pruning)
  }
}

extension Conversion {
  /// What one thread holds at most: a chunk of 16-byte elements, its coded form and working space, and
  /// two finished chunks that wait for their turn.
  static let bytesPerThread = 16 << 20
  /// The program itself, its libraries and the structure of a usual model.
  static let baseBytes = 32 << 20

  /// What the work needs besides its threads, in bytes.
  func fixedBytes(for model: Model) -> Int {
    let literal = model.document?.files.first?.literal.byteCount ?? 0
    // A mask has a bit for each weight.
    let masks = pruning == nil ? 0 : model.tensors.reduce(0) { $0 + $1.shape.elementCount / 8 }
    return Self.baseBytes + 4 * literal + masks
  }

  /// As many of the threads as the memory limit allows.
  private func threadsWithinBudget(for model: Model) throws(ConversionError) -> Int {
    guard let memoryLimit else { return threads }
    let fixed = fixedBytes(for: model)
    let affordable = (max(memoryLimit, 0) - fixed) / Self.bytesPerThread
    guard affordable >= 1 else {
      throw .overBudget(needed: fixed + Self.bytesPerThread, allowed: memoryLimit)
    }
    return min(threads, affordable)
  }
}

public import ByteStorage
public import ModelGraph
internal import SparseContainer

/// The project's own container.
public struct ContainerFiles: ModelFormat {
  /// Makes the format.
  public init() {}

  /// The name, as in reports.
  public var name: String { "spm" }
  /// The extension of its files.
  public var fileExtension: String { ".spm" }

  /// True when the first bytes are those of a container, even of one damaged in transfer.
  public func recognizes(_ prefix: [UInt8]) -> Bool { SparseContainerFormat().recognizes(prefix) }

  /// Reads everything but the weights; all shards must be there.
  ///
  /// - Throws: `SparseContainerError` and what reading the graph throws.
  public func read(
    _ file: OpenFile, isVerifying: Bool, allowsMissingData: Bool
  ) throws -> LoadedModel {
    guard file.hasFolder else {
      let (model, warnings) = try SparseContainerFormat().read(file)
      return LoadedModel(model: model, warnings: warnings, inputs: [file])
    }
    var inputs: [any InputFile] = [file]
    let folder = try ModelFolder(ofFileAt: file.path)
    let (model, warnings) = try SparseContainerFormat().read(file) { name in
      let shard = try folder.file(at: name)
      inputs.append(shard)
      return shard
    }
    return LoadedModel(model: model, warnings: warnings, inputs: inputs)
  }

  /// Writes one container, and its shards when it may not be of any size.
  ///
  /// - Throws: what reading the weights and writing throw.
  public func write(_ model: Model, to output: ModelOutput, options: WritingOptions) throws {
    if options.shardSize != nil { try output.checkTakesFurtherFiles() }
    try SparseContainerFormat().write(
      model, to: output.open(),
      options: ContainerOptions(
        level: options.level, layout: options.layout, shardSize: options.shardSize),
      threads: options.threads, openShard: output.openShard, progress: options.progress)
  }
}

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
    let (container, inputs) = try open(file)
    let (model, warnings) = try container.model()
    return LoadedModel(model: model, warnings: warnings, inputs: inputs)
  }

  /// The files that went into a container, while nothing was changed since.
  ///
  /// - Throws: `SparseContainerError`.
  public func restoration(of file: OpenFile, as formatName: String) throws -> Restoration? {
    let (container, inputs) = try open(file)
    return Restoration(container, inputs: inputs, as: formatName)
  }

  private func open(_ file: OpenFile) throws -> (OpenedContainer, inputs: [any InputFile]) {
    guard file.hasFolder else { return (try SparseContainerFormat().open(file), [file]) }
    var inputs: [any InputFile] = [file]
    let folder = try ModelFolder(ofFileAt: file.path)
    let container = try SparseContainerFormat().open(file) { name in
      let shard = try folder.file(at: name)
      inputs.append(shard)
      return shard
    }
    return (container, inputs)
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

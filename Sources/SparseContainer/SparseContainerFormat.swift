public import ByteStorage
public import ModelGraph
public import ONNXFormat
internal import SparseCoding

/// Reads and writes .spm containers.
///
/// See schemas/spm.md.
public struct SparseContainerFormat: Sendable {
  /// The version of the format that is written.
  public static var version: String { "\(Header.version)" }

  /// Makes the format.
  public init() {}

  /// True when the first bytes of a file are those of a container, damaged in transfer or not.
  public func recognizes(_ prefix: [UInt8]) -> Bool {
    prefix.count >= 4 && zip(prefix, Header.magic).prefix(4).allSatisfy { $0 & 0x7F == $1 & 0x7F }
  }

  /// Opens a container: its index is read, its graph and its tensors when they are asked for.
  ///
  /// - Parameters:
  ///   - file: the container.
  ///   - openShard: opens a container of the same folder that holds tensors of this one.
  /// - Returns: the files that went into it.
  /// - Throws: `SparseContainerError` when a rule of the format is broken.
  public func open(
    _ file: any ByteSource,
    openShard: (ByteString) throws -> any ByteSource = { throw SparseContainerError.noFolder($0) }
  ) throws -> OpenedContainer {
    try OpenedContainer(Container(file, openShard: openShard))
  }

  /// Opens a container and reads its graph.
  ///
  /// - Parameters: as of `open(_:openShard:)`.
  /// - Returns: the model, and what is odd about it.
  /// - Throws: `SparseContainerError` when a rule of the format is broken, and what reading the graph
  ///   throws.
  public func read(
    _ file: any ByteSource,
    openShard: (ByteString) throws -> any ByteSource = { throw SparseContainerError.noFolder($0) }
  ) throws -> (model: Model, warnings: [Warning]) {
    try open(file, openShard: openShard).model()
  }

  /// Writes a model as a container.
  ///
  /// - Parameters:
  ///   - model: the model; its tensors are read in chunks.
  ///   - sink: where the bytes go; nothing may have been written to it before.
  ///   - options: how hard to try, how tensors stand in the file, and how large it may become.
  ///   - threads: how many threads code; the bytes do not depend on it.
  ///   - openShard: opens another file beside the first for the tensors that are too many for it, by
  ///     its number, from 1 on; returns its name, too.
  ///   - progress: told now and then how many bytes of how many are done.
  /// - Throws: what reading the tensors and writing throw.
  public func write(
    _ model: Model, to sink: any ByteSink, options: ContainerOptions, threads: Int,
    openShard: @escaping (Int) throws -> (name: ByteString, sink: any ByteSink) = { number in
      throw SparseContainerError.noFolder(ByteString("\(number)"))
    },
    progress: ((Int, Int) -> Void)? = nil
  ) throws {
    let document = try ONNXModelFormat().document(for: model)
    let writer = ContainerWriter(
      model: model, document: document, options: options, threads: threads, progress: progress)
    try writer.write(to: ShardedOutput(sink, limit: options.shardSize, open: openShard))
  }
}

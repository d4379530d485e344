public import ByteStorage
internal import ModelGraph
public import SparseCoding
public import SparseContainer

/// How a model is written.
public struct WritingOptions {
  /// How hard to try to make tensors small.
  public var level: CompressionLevel
  /// How tensors stand in a container.
  public var layout: ContainerLayout
  /// The most bytes a file of a container should have; nil for one file.
  public var shardSize: Int?
  /// How many threads read and code.
  public var threads: Int
  /// Told now and then how many bytes of how many are done.
  public var progress: ((Int, Int) -> Void)?

  /// Makes options.
  public init(
    level: CompressionLevel = .balanced, layout: ContainerLayout = .packed, shardSize: Int? = nil,
    threads: Int = 1, progress: ((Int, Int) -> Void)? = nil
  ) {
    self.level = level
    self.layout = layout
    self.shardSize = shardSize
    self.threads = threads
    self.progress = progress
  }
}

/// The files a model is written to: all of them appear together, at the end, or none does.
public final class ModelOutput {
  private let path: String?
  private let replaces: Bool
  private let inputs: [FileIdentity]
  private var files: [AtomicFile] = []
  private var counters: [CountingSink] = []

  /// Opens the model file, so that what is in its way shows before any work is done.
  ///
  /// - Parameters:
  ///   - path: where the model file goes, `-` for standard output; nil to write nothing and only count.
  ///   - replaces: whether existing files may be replaced.
  ///   - inputs: files that must not be overwritten.
  /// - Throws: `FileError` when the file exists, is an input, or cannot be created;
  ///   `StandardStreamError` when standard output is a terminal.
  public init(path: String?, replaces: Bool, inputs: [FileIdentity]) throws {
    self.path = path
    self.replaces = replaces
    self.inputs = inputs
    if let path { files = [try AtomicFile(output: path, replaces: replaces, inputs: inputs)] }
  }

  /// How many bytes all files have so far.
  public var byteCount: Int {
    files.reduce(0) { $0 + $1.byteCount } + counters.reduce(0) { $0 + $1.byteCount }
  }

  /// The model file, or with a path a data file that goes there beside it.
  ///
  /// - Throws: `FileError` when the file exists, is an input, or cannot be created.
  public func open(_ relative: ByteString = "") throws -> any ByteSink {
    guard let path else {
      counters.append(CountingSink())
      return counters[counters.count - 1]
    }
    if relative.isEmpty { return files[0] }
    try checkTakesFurtherFiles()
    let inside = try RelativePath(relative)
    let (folder, name) = AtomicFile.split(path)
    guard inside.parts != [ByteString(name)] else {
      throw FileError.cannotCreate(path, reason: "a data file of the model has the same name")
    }
    files.append(
      try AtomicFile(folder: folder, relative: inside, replaces: replaces, inputs: inputs))
    return files[files.count - 1]
  }

  /// Checks that there may be other files beside the model file.
  ///
  /// - Throws: `StandardStreamError.severalFiles` when the model goes to standard output.
  public func checkTakesFurtherFiles() throws(StandardStreamError) {
    if path == standardStreamPath { throw .severalFiles }
  }

  /// A further file beside the model file and named after it: `model.shard1.spm` beside `model.spm`.
  ///
  /// - Throws: `FileError` when the file exists, is an input, or cannot be created.
  public func openShard(_ number: Int) throws -> (name: ByteString, sink: any ByteSink) {
    let file = AtomicFile.split(path ?? "").name
    let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file[...]
    let name = ByteString("\(stem).shard\(number)\(file[stem.endIndex...])")
    return (name, try open(name))
  }

  /// Makes all files appear; the model file, which was opened first, last.
  ///
  /// - Throws: `FileError` when flushing or renaming fails.
  public func commit() throws {
    for file in files.reversed() { try file.commit() }
  }
}

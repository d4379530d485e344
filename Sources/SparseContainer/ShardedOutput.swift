internal import ByteStorage

/// The files a container is written to: the first, and shards for the sections it has no room for.
struct ShardedOutput {
  /// A file, and which sections stand in it.
  struct Shard {
    let name: ByteString
    let sink: any ByteSink
    var sections: [Int] = []
  }

  /// The files so far, the container itself first.
  private(set) var files: [Shard]
  private let limit: Int?
  private let open: (Int) throws -> (name: ByteString, sink: any ByteSink)

  /// Files of at most `limit` bytes, unless one section takes more.
  init(
    _ first: any ByteSink, limit: Int?,
    open: @escaping (Int) throws -> (name: ByteString, sink: any ByteSink)
  ) {
    files = [Shard(name: "", sink: first)]
    self.limit = limit
    self.open = open
  }

  /// Where the section goes that was begun last.
  var sink: any ByteSink { files[files.count - 1].sink }

  /// Chooses the file of the next section.
  ///
  /// - Parameters:
  ///   - section: its number.
  ///   - size: the most bytes it may take, with all that the index may say.
  ///   - isLiteral: true when it must stand in the container itself.
  /// - Throws: what opening a file throws, `SparseContainerError.tooLarge` when there are too many.
  mutating func begin(section: Int, size: Int, isLiteral: Bool) throws {
    if let limit, !isLiteral, sink.byteCount > limit - min(limit, size), !isFresh {
      guard files.count <= Limits.shards else {
        throw SparseContainerError.tooLarge("the number of shards")
      }
      let (name, sink) = try open(files.count)
      try sink.write(Header.bytes)
      files.append(Shard(name: name, sink: sink))
    }
    files[files.count - 1].sections.append(section)
  }

  /// True when a shard has no section yet, so that another one would be no better.
  private var isFresh: Bool { files.count > 1 && files[files.count - 1].sections.isEmpty }
}

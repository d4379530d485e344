public import ByteStorage

extension Model {
  /// Writes a file of the source document: its literal bytes, and the tensors' contents in the holes.
  ///
  /// - Parameters: as of `FileTemplate.write(to:threads:contents:)`.
  /// - Throws: what reading and writing throw, and `ModelError` when a tensor does not fit its hole.
  public func write(_ file: FileTemplate, to sink: any ByteSink, threads: Int) throws {
    try file.write(to: sink, threads: threads) { hole in
      let contents = self[hole.tensor].contents
      guard contents.byteCount == hole.byteCount else {
        throw ModelError.contentsDoNotFit(
          tensor: self[hole.tensor].name, found: contents.byteCount, needed: hole.byteCount)
      }
      return contents
    }
  }
}

extension FileTemplate {
  /// Writes the file: its literal bytes, and contents in the holes.
  ///
  /// Several threads read (and, where contents are coded, decode) pieces of at most a few MiB; `sink`
  /// gets them in order on the calling thread, which is one of them unless there is only one.
  ///
  /// - Parameters:
  ///   - sink: takes the file's bytes.
  ///   - threads: how many threads work.
  ///   - contents: what fills a hole, as many bytes as the hole takes.
  /// - Throws: what reading and writing throw.
  public func write(
    to sink: any ByteSink, threads: Int, contents: (Hole) throws -> any ByteSource
  ) throws {
    let pieces = try pieces(contents)
    try OrderedPipeline.run(
      sizes: pieces.map { $0.range.count }, threads: threads, workspace: {},
      produce: { index, _ in try pieces[index].bytes() },
      consume: { _, bytes in try sink.write(bytes) })
  }

  private func pieces(_ contents: (Hole) throws -> any ByteSource) throws -> [Piece] {
    var pieces: [Piece] = []
    var position = 0
    for hole in holes {
      Piece.append(literal, position..<hole.position, to: &pieces)
      Piece.append(try contents(hole), 0..<hole.byteCount, to: &pieces)
      position = hole.position
    }
    Piece.append(literal, position..<literal.byteCount, to: &pieces)
    return pieces
  }
}

/// Bytes that one thread reads at once.
private struct Piece: Sendable {
  let source: any ByteSource
  let range: Range<Int>

  func bytes() throws -> [UInt8] {
    try source.bytes(in: range)
  }

  /// Cuts a range where the source is cut itself, so that no piece touches two of its chunks.
  static func append(_ source: any ByteSource, _ range: Range<Int>, to pieces: inout [Piece]) {
    let size = source.preferredReadSize
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start - start % size + size)
      pieces.append(Piece(source: source, range: start..<end))
      start = end
    }
  }
}

/// What the caller knows about a chunk: a help for encoding that never decides whether it is right.
public enum ChunkHint: Sendable, Hashable {
  /// At most `kept` of every `group` elements, `stride` elements apart, are non-zero.
  case pattern(kept: Int, group: Int, stride: Int)
  /// Bytes repeat each other as words do.
  case text
  /// Whole blocks of a matrix with rows of `rowLength` elements are zero.
  case blocks(rows: Int, columns: Int, rowLength: Int)
  /// Elements lie in rows of so many, in which so many neighbours belong together, and the chunk
  /// begins at a place in a row.
  case rows(length: Int, kernel: Int, first: Int)
}

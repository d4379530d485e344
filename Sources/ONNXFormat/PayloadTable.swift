internal import ByteStorage
internal import ProtobufWire

/// A run of elements that a walk took out of a tensor message.
struct PayloadChunk {
  let field: ONNXSchema.DataField
  /// True for one length-delimited value, false for elements with a tag each.
  let isDelimited: Bool
  /// Where it stands among the bytes kept: the value, or the elements with their tags.
  var literal: Range<Int>
  /// The index of the hole that it is instead.
  let hole: Int?
  /// The size of the value; of the elements with their tags when they have tags.
  var byteCount: Int
}

/// Collects the elements that a walk takes out, and leaves their indexes in their place.
///
/// An index stands in `uint64_data`, a repeated field: when protobuf merges two messages into one
/// tensor, their chunks are joined in order, as their elements would be.
struct PayloadCollector: WireVisitor {
  private static let handleTag = UInt64(ONNXSchema.DataField.uint64s.rawValue << 3)
  private(set) var chunks: [PayloadChunk] = []
  private var lastEntryEnd = -1

  mutating func replacement(for field: DetachedField) throws -> WireReplacement {
    guard let kind = ONNXSchema.DataField(rawValue: field.number) else { return WireReplacement() }
    if !field.isDelimited, extend(kind, field) { return WireReplacement() }
    let place = field.isDelimited ? field.content : field.entry
    let size = field.isDelimited ? field.byteCount : field.entry.count
    chunks.append(
      PayloadChunk(
        field: kind, isDelimited: field.isDelimited, literal: place, hole: field.hole,
        byteCount: size))
    lastEntryEnd = field.entry.upperBound
    var handle: [UInt8] = []
    Varint.append(Self.handleTag, to: &handle)
    Varint.append(UInt64(chunks.count - 1), to: &handle)
    return WireReplacement(handle)
  }

  /// Joins an element to those of the same field right before it.
  private mutating func extend(_ kind: ONNXSchema.DataField, _ field: DetachedField) -> Bool {
    guard let last = chunks.last, !last.isDelimited, last.field == kind,
      lastEntryEnd == field.entry.lowerBound
    else { return false }
    lastEntryEnd = field.entry.upperBound
    let joined = last.literal.lowerBound..<lastEntryEnd
    chunks[chunks.count - 1].literal = joined
    chunks[chunks.count - 1].byteCount = joined.count
    return true
  }
}

/// Where the elements of tensor messages are.
struct PayloadTable {
  let chunks: [PayloadChunk]
  /// The bytes that the chunks' ranges refer to.
  let literal: [UInt8]
  /// The contents of the holes.
  let holes: [any ByteSource]

  /// The value of a length-delimited chunk.
  func source(of chunk: PayloadChunk) -> any ByteSource {
    if let hole = chunk.hole { return holes[hole] }
    return MemorySource(Array(literal[chunk.literal]))
  }
}

extension WireWalker {
  /// Takes a value out of its message, as a hole when it is long.
  mutating func readDetached(
    _ field: WireSchema.Field, _ index: Int, _ type: WireType, start: Int, _ frame: Frame,
    _ visitor: inout some WireVisitor
  ) throws {
    let entryStart = start - cursor.cutCount
    guard type == .delimited else {
      let content = cursor.literalPosition
      try readScalar(field, index, type, frame)
      return try replace(
        detached(
          field, start, entryStart, content: content..<cursor.literalPosition, delimited: false),
        &visitor)
    }
    let length = try readLength(frame, index)
    try checkDelimited(field, index, length)
    let content = cursor.literalPosition
    if try isHole(field, index, length) {
      holes.append(WireHole(position: content, byteCount: length, offset: cursor.position))
      cursor.cut(length)
      return try replace(
        detached(
          field, start, entryStart, content: content..<content, delimited: true, hole: length),
        &visitor)
    }
    let head = try cursor.bytes(atLeast: min(8, length)).prefix(min(8, length))
    let number = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    try keep(length, frame, index)
    try replace(
      detached(
        field, start, entryStart, content: content..<cursor.literalPosition, delimited: true,
        head: number),
      &visitor)
  }

  private func checkDelimited(_ field: WireSchema.Field, _ index: Int, _ length: Int) throws {
    switch field.kind {
    case .bytes: break
    case .message: throw error(.wireType, in: index, "messages cannot be detached")
    case .fixed32, .fixed64: try checkMultiple(length, of: field.memorySize, index)
    default:
      guard field.isRepeated else {
        throw error(.wireType, in: index, "the value has wire type \(WireType.delimited)")
      }
    }
  }

  /// True when the value at hand is cut out of the bytes kept.
  private func isHole(_ field: WireSchema.Field, _ index: Int, _ length: Int) throws -> Bool {
    guard let minimumHole else {
      guard let hole = cursor.knownHole else { return false }
      guard hole.count == length else {
        throw error(.hole, in: index, "a hole of \(hole.count) bytes for a value of \(length)")
      }
      return true
    }
    switch field.kind {
    case .bytes, .fixed32, .fixed64: return length >= max(minimumHole, 1)
    default: return false
    }
  }

  private func detached(
    _ field: WireSchema.Field, _ start: Int, _ entryStart: Int, content: Range<Int>,
    delimited: Bool, hole: Int? = nil, head: UInt64 = 0
  ) -> DetachedField {
    DetachedField(
      number: field.number, offset: start, isDelimited: delimited,
      entry: entryStart..<content.upperBound, content: content,
      hole: hole == nil ? nil : holes.count - 1, byteCount: hole ?? content.count, head: head)
  }

  private mutating func replace(
    _ field: DetachedField, _ visitor: inout some WireVisitor
  ) throws {
    let replacement = try visitor.replacement(for: field)
    edits.replace(field.entry, by: replacement)
    let oldSize = cursor.position - field.offset
    frames[frames.count - 1].delta += replacement.bytes.count + replacement.hole - oldSize
  }
}

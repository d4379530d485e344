internal import ByteStorage

/// Walks over a message field by field, checks it, and takes detached values out.
///
/// No recursion: messages inside of messages lie on a counted stack. Errors name the byte.
///
/// - Parameters:
///   - input: what to read.
///   - schema: the message types; the first is the outermost.
///   - limits: the bounds to keep.
///   - visitor: says what replaces detached values.
/// - Returns: the bytes kept, the holes, and the message as the visitor changed it.
/// - Throws: `WireError` for malformed input, and what the source or the visitor throws.
public func walk(
  _ input: WireInput, schema: WireSchema, limits: WireLimits = WireLimits(),
  visitor: inout some WireVisitor
) throws -> WireScan {
  guard input.holesAreInOrder else {
    throw WireError(.hole, at: 0, path: "", "the template's holes are out of order")
  }
  var walker = WireWalker(input, schema: schema, limits: limits)
  try walker.run(&visitor)
  return walker.finish()
}

/// Checks a message in memory, from which nothing is detached.
public func check(
  _ bytes: [UInt8], schema: WireSchema, limits: WireLimits = WireLimits()
) throws -> WireScan {
  var visitor = KeepingVisitor()
  return try walk(.memory(bytes), schema: schema, limits: limits, visitor: &visitor)
}

/// The visitor of a schema without detached fields; never called.
private struct KeepingVisitor: WireVisitor {
  func replacement(for field: DetachedField) -> WireReplacement { WireReplacement() }
}

/// The state of one walk.
struct WireWalker: ~Copyable {
  /// A message, or a group of an unknown field, that is being walked over.
  struct Frame {
    /// The message's type; nil inside of a group, where every field is unknown.
    let message: Int?
    /// The field of the enclosing message, for paths; nil for the outermost and for groups.
    let field: Int?
    /// Where it starts: the tag of a group, the content of a message.
    let start: Int
    let end: Int
    let groupNumber: Int
    /// The place of the message's length among the edits; nil when it has none.
    let lengthEdit: Int?
    let detaches: Bool
    /// By how many bytes the edits so far change the content's size.
    var delta = 0
  }

  let schema: WireSchema
  let limits: WireLimits
  let minimumHole: Int?
  var cursor: WireCursor
  var frames: [Frame] = []
  var edits = WireEdits()
  var holes: [WireHole] = []
  var unknownFields: [UnknownField] = []
  var counts: [Int]
  var memory = 0

  init(_ input: WireInput, schema: WireSchema, limits: WireLimits) {
    self.schema = schema
    self.limits = limits
    minimumHole = input.knownHoles == nil ? input.minimumHole : nil
    counts = [Int](repeating: 0, count: schema.messages.count)
    cursor = WireCursor(input)
    frames.append(
      Frame(
        message: 0, field: nil, start: 0, end: input.source.byteCount, groupNumber: 0,
        lengthEdit: nil, detaches: true))
  }

  mutating func run(_ visitor: inout some WireVisitor) throws {
    while let frame = frames.last {
      if cursor.position < frame.end {
        try readField(of: frame, &visitor)
      } else {
        try close(frame)
      }
    }
    guard cursor.holesAreDone else {
      throw error(.hole, "the template has a hole that the message does not")
    }
  }

  consuming func finish() -> WireScan {
    let literal = cursor.finish()
    let edited = edits.applied(to: literal)
    return WireScan(
      literal: literal, holes: holes, message: edited.bytes, messageHoles: edited.holes,
      unknownFields: unknownFields, memory: memory)
  }

  private mutating func readField(of frame: Frame, _ visitor: inout some WireVisitor) throws {
    let start = cursor.position
    let (number, wireType) = try readTag(frame)
    guard let message = frame.message, let index = schema.field(number, of: message) else {
      return try readUnknown(number, wireType, start: start, frame)
    }
    let field = schema.fields[index]
    if field.isDetached, frame.detaches {
      return try readDetached(field, index, wireType, start: start, frame, &visitor)
    }
    switch (field.kind, wireType) {
    case (.message(let type), .delimited):
      try open(type, field: index, isWhole: field.isWhole, frame)
    case (.bytes, .delimited): try readBytes(field, index, frame)
    case (_, .delimited) where field.isRepeated: try readPacked(field, index, frame)
    default: try readScalar(field, index, wireType, frame)
    }
  }

  private mutating func open(
    _ type: Int, field: Int, isWhole: Bool, _ frame: Frame
  ) throws {
    let lengthStart = cursor.literalPosition
    let length = try readLength(frame, field)
    guard frames.count < limits.depth else {
      throw error(.depth, in: field, "messages nest deeper than \(limits.depth) levels")
    }
    counts[type] += 1
    guard counts[type] <= schema.messages[type].countLimit else {
      let name = schema.messageNames[type]
      throw error(.count, in: field, "more than \(schema.messages[type].countLimit) of \(name)")
    }
    try charge(schema.messages[type].structSize + 16, field)
    let edit = edits.reserve(lengthStart..<cursor.literalPosition)
    frames.append(
      Frame(
        message: type, field: field, start: cursor.position, end: cursor.position + length,
        groupNumber: 0, lengthEdit: edit, detaches: frame.detaches && !isWhole))
  }

  private mutating func close(_ frame: Frame) throws {
    guard frame.message != nil else {
      throw error(.group, "group \(frame.groupNumber) does not end")
    }
    frames.removeLast()
    guard let lengthEdit = frame.lengthEdit else { return }
    let changed = edits.setLength(
      frame.end - frame.start + frame.delta, changed: frame.delta != 0, at: lengthEdit)
    frames[frames.count - 1].delta += frame.delta + changed
  }
}

extension WireWalker {
  private static let mostUnknownFields = 100
  /// What the C library keeps for an unknown field beside its bytes.
  private static let unknownFieldSize = 40

  /// Walks over a field that the schema does not have.
  ///
  /// The C library keeps unknown values, but refuses groups: those are removed from the message.
  mutating func readUnknown(
    _ number: Int, _ type: WireType, start: Int, _ frame: Frame
  ) throws {
    note(number, frame)
    if frame.message != nil, type != .groupStart {
      try charge(Self.unknownFieldSize, nil)
    }
    switch type {
    case .varint: _ = try readVarint(frame, nil)
    case .fixed32: try keep(4, frame, nil)
    case .fixed64: try keep(8, frame, nil)
    case .delimited:
      let length = try readLength(frame, nil)
      try charge(length, nil)
      try keep(length, frame, nil)
    case .groupStart: try openGroup(number, start: start, frame)
    case .groupEnd: try closeGroup(number, start: start, frame)
    }
  }

  private mutating func openGroup(_ number: Int, start: Int, _ frame: Frame) throws {
    guard frames.count < limits.depth else {
      throw error(.depth, at: start, "groups nest deeper than \(limits.depth) levels")
    }
    frames.append(
      Frame(
        message: nil, field: nil, start: start, end: frame.end, groupNumber: number,
        lengthEdit: nil, detaches: false))
  }

  private mutating func closeGroup(_ number: Int, start: Int, _ frame: Frame) throws {
    guard frame.message == nil, frame.groupNumber == number else {
      throw error(.group, at: start, "group \(number) ends but did not start")
    }
    frames.removeLast()
    guard let outer = frames.last, outer.message != nil else { return }
    let end = cursor.literalPosition
    let size = cursor.position - frame.start
    edits.replace((end - size)..<end, by: WireReplacement())
    frames[frames.count - 1].delta -= size
  }

  private mutating func note(_ number: Int, _ frame: Frame) {
    guard let message = frame.message, unknownFields.count < Self.mostUnknownFields else { return }
    let field = UnknownField(message: schema.messageNames[message], number: number)
    if !unknownFields.contains(field) { unknownFields.append(field) }
  }
}

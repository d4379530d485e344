import Testing

@testable import InferenceProtocol

@Suite struct MessageTests {
  private static let array = NamedArray(
    name: "x", elementType: 1, dimensions: [2, 1], contents: [0, 1, 2, 3, 4, 5, 6, 7])
  private static let value = ValueDescription(
    name: "größe", elementType: 1, dimensions: [-1, 3], symbols: ["n", ""])

  /// What each message reads and writes again, or nothing when it refuses.
  private static let messages: [(bytes: [UInt8], again: @Sendable ([UInt8]) -> [UInt8]?)] = [
    made(ReadyReply(version: "1.2.3")), made(ReadyReply(version: "", isSharing: true)),
    made(LoadRequest(path: "/a b", threads: -1)),
    made(LoadedReply(inputs: [value, value], outputs: [])),
    made(RunRequest(inputs: [array], outputs: ["y", ""])),
    made(OutputsReply(outputs: [array, array])), made(FailureReply(.run, "why")),
  ]

  private static func made<M: Message>(_ message: M) -> ([UInt8], @Sendable ([UInt8]) -> [UInt8]?) {
    (body(of: message), { bytes in (try? M(body: bytes)).map(body) })
  }

  private static func body(of message: some Message) -> [UInt8] {
    Array(message.frame.dropFirst().joined())
  }

  @Test("Every message comes back as it was")
  func roundTrip() {
    for message in Self.messages { #expect(message.again(message.bytes) == message.bytes) }
  }

  @Test("A message that ends early, or late, is refused")
  func lengths() {
    for message in Self.messages {
      for count in 0..<message.bytes.count {
        #expect(message.again(Array(message.bytes[..<count])) == nil)
      }
      #expect(message.again(message.bytes + [0]) == nil)
    }
  }

  @Test("Every flipped bit gives a refusal or another message, and no more memory than there is")
  func damage() {
    for message in Self.messages {
      for bit in 0..<message.bytes.count * 8 {
        var bytes = message.bytes
        bytes[bit / 8] ^= 1 << (bit % 8)
        if let again = message.again(bytes) { #expect(again != message.bytes) }
      }
    }
  }

  @Test("A list that claims more elements than there are bytes is refused at once")
  func claimedList() {
    var encoder = MessageEncoder()
    encoder.add(UInt32.max)
    #expect(throws: ProtocolError.self) {
      _ = try OutputsReply(body: Array(encoder.pieces.joined()))
    }
  }

  @Test("An array whose shape does not fit its bytes is refused")
  func unfittingShape() {
    for dimensions in [[3, 1], [-2, -1], [2, 1 << 62, 4], [0]] as [[Int64]] {
      let wrong = NamedArray(
        name: "", elementType: 1, dimensions: dimensions, contents: Self.array.contents)
      let body = Self.body(of: OutputsReply(outputs: [wrong]))
      #expect(throws: ProtocolError.self) { _ = try OutputsReply(body: body) }
    }
    #expect(NamedArray.byteCount(ofType: 21, dimensions: [3]) == 2)
    #expect(NamedArray.byteCount(ofType: 8, dimensions: [3]) == nil)
  }
}

@Suite struct FrameTests {
  private func frame(_ bytes: [UInt8], pieces: Int = .max) throws -> Frame? {
    var rest = bytes[...]
    return try Frame { buffer in
      let piece = rest.prefix(min(buffer.count, pieces))
      buffer.copyBytes(from: piece)
      rest = rest.dropFirst(piece.count)
      return piece.count
    }
  }

  @Test("A frame comes back however it is cut into pieces", arguments: [1, 3, 17, 1000])
  func pieces(size: Int) throws {
    let sent = LoadRequest(path: String(repeating: "p", count: 500), threads: 1).frame
    let read = try #require(try frame(Array(sent.joined()), pieces: size))
    #expect(read.kind == .load)
    #expect(read.body == Array(sent.dropFirst().joined()))
  }

  @Test("Large contents are sent as they are, and come back whatever room there was at first")
  func largeContents() throws {
    var contents = [UInt8](repeating: 7, count: 1 << 24 + 99)
    for place in stride(from: 0, to: contents.count, by: 4099) {
      contents[place] = UInt8(place % 251)
    }
    let array = NamedArray(
      name: "x", elementType: 2, dimensions: [Int64(contents.count)], contents: contents[...])
    let sent = RunRequest(inputs: [array], outputs: ["y"]).frame
    let start = contents.withUnsafeBytes { $0.baseAddress }
    #expect(sent.contains { piece in piece.withUnsafeBytes { $0.baseAddress } == start })
    let read = try #require(try frame(sent.reduce(into: []) { $0 += $1 }, pieces: 3_000_001))
    #expect(try RunRequest(body: read.body).inputs == [array])
    withExtendedLifetime(contents) {}
  }

  @Test("The end between two frames is no error, inside of one it is")
  func ends() throws {
    #expect(try frame([]) == nil)
    let whole = Array(ReadyReply(version: "1").frame.joined())
    for count in 1..<whole.count {
      #expect(throws: ProtocolError.self) { _ = try frame(Array(whole[..<count])) }
    }
  }

  @Test("A frame that claims gigabytes takes no more memory than what comes")
  func claimedLength() {
    let header = FrameHeader(kind: .outputs, length: FrameHeader.mostBytes).bytes
    #expect(throws: ProtocolError.self) { _ = try frame(header + [1, 2, 3]) }
    let over = FrameHeader(kind: .outputs, length: FrameHeader.mostBytes + 1).bytes
    #expect(throws: ProtocolError.self) { _ = try frame(over) }
  }

  @Test("A wrong mark and an unknown kind are refused")
  func marks() {
    var header = FrameHeader(kind: .run, length: 0).bytes
    header[4] = 99
    #expect(throws: ProtocolError.self) { _ = try FrameHeader(header) }
    header[4] = 4
    header[0] ^= 1
    #expect(throws: ProtocolError.self) { _ = try FrameHeader(header) }
  }
}

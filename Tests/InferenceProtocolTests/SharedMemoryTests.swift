#if canImport(Glibc)
  import Glibc
  import Testing

  @testable import InferenceProtocol

  @Suite struct SharedMemoryTests {
    /// What two processes would map.
    private let descriptor: Int32
    private let ours: SharedMemory
    private let theirs: SharedMemory

    init() throws {
      descriptor = try #require(SharedMemory.descriptor())
      ours = try #require(SharedMemory(descriptor: descriptor))
      theirs = try #require(SharedMemory(descriptor: descriptor))
    }

    private static func array(_ count: Int, seed: Int = 1) -> NamedArray {
      let contents = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* seed) % 251) }
      return NamedArray(
        name: "x", elementType: 2, dimensions: [Int64(count)], contents: contents[...])
    }

    private func body(_ message: some Message, in room: SharedRoom) -> [UInt8] {
      Array(message.frame(sharing: room).dropFirst().joined())
    }

    @Test("Large contents come back through memory, small ones in the message")
    func contents() throws {
      let request = RunRequest(
        inputs: [Self.array(100_001), Self.array(20), Self.array(70_000, seed: 3)], outputs: ["y"])
      let body = body(request, in: ours.requests)
      #expect(body.count < 500)
      let read = try RunRequest(body: body, sharing: theirs.requests)
      #expect(read == request)
      #expect(read.inputs.map { $0.contents.permanentStart != nil } == [true, false, true])
      for input in read.inputs {
        #expect(Int(bitPattern: input.contents.permanentStart) % 64 == 0)
      }
    }

    @Test("What both sides write does not meet")
    func rooms() throws {
      let request = RunRequest(inputs: [Self.array(9000)], outputs: [])
      let reply = OutputsReply(outputs: [Self.array(9000, seed: 7)])
      let bodies = (body(request, in: ours.requests), body(reply, in: theirs.replies))
      #expect(try RunRequest(body: bodies.0, sharing: theirs.requests) == request)
      #expect(try OutputsReply(body: bodies.1, sharing: ours.replies) == reply)
    }

    @Test("What finds no room goes with the message")
    func overflow() throws {
      let size = ours.requests.bytes.count
      let request = RunRequest(
        inputs: [Self.array(size - 100), Self.array(5000, seed: 3)], outputs: [])
      let body = body(request, in: ours.requests)
      #expect((5000..<5500).contains(body.count))
      #expect(try RunRequest(body: body, sharing: theirs.requests) == request)
      let larger = RunRequest(inputs: [Self.array(size + 1)], outputs: [])
      #expect(self.body(larger, in: ours.requests).count > size)
    }

    @Test("Contents outside of the memory, or without one, are refused")
    func claims() {
      let size = UInt64(ours.replies.bytes.count)
      for (place, count) in [(size, 8), (size - 7, 8), (.max, 8), (8, size), (0, UInt64.max >> 1)] {
        var encoder = MessageEncoder()
        encoder.add(UInt32(1))
        encoder.add("y")
        encoder.add(Int32(2))
        encoder.add(list: [Int64(8)]) { $1.add($0) }
        encoder.add(MessageEncoder.isShared | count)
        encoder.add(place)
        let body = Array(encoder.pieces.joined())
        #expect(throws: ProtocolError.self) {
          _ = try OutputsReply(body: body, sharing: ours.replies)
        }
      }
      let body = body(OutputsReply(outputs: [Self.array(9000)]), in: theirs.replies)
      #expect(throws: ProtocolError.self) { _ = try OutputsReply(body: body) }
      // A text is never there.
      var encoder = MessageEncoder()
      encoder.add(MessageEncoder.isShared | 8)
      encoder.add(UInt64(0))
      encoder.add(UInt8(0))
      #expect(throws: ProtocolError.self) {
        _ = try ReadyReply(body: Array(encoder.pieces.joined()), sharing: ours.replies)
      }
    }

    @Test("Every flipped bit gives a refusal or another message")
    func damage() {
      let reply = OutputsReply(outputs: [Self.array(5000), Self.array(6000, seed: 5)])
      let body = body(reply, in: theirs.replies)
      for bit in 0..<body.count * 8 {
        var bytes = body
        bytes[bit / 8] ^= 1 << (bit % 8)
        if let read = try? OutputsReply(body: bytes, sharing: ours.replies) {
          #expect(read != reply)
        }
      }
    }

    @Test("Nobody can change its size, and nothing else is taken for it")
    func size() throws {
      var status = stat()
      #expect(fstat(descriptor, &status) == 0)
      for size in [0, status.st_size - 1, status.st_size + 1] {
        #expect(ftruncate(descriptor, size) == -1)
      }
      close(descriptor)
      #expect(ours.requests.bytes.allSatisfy { $0 == 0 })
      #expect(SharedMemory(descriptor: -1) == nil)
      var ends: [Int32] = [-1, -1]
      #expect(pipe(&ends) == 0)
      defer { ends.forEach { _ = close($0) } }
      #expect(SharedMemory(descriptor: ends[0]) == nil)
      let file = open("/proc/self/exe", O_RDONLY)
      defer { close(file) }
      #expect(SharedMemory(descriptor: file) == nil)
    }
  }
#endif

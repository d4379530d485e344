import CProtobufC
import CSchemas
import ProtobufWire
import TestSupport
import Testing

@Suite struct MessageArenaTests {
  @Test func memoryIsAlignedAndApart() throws {
    let arena = MessageArena()
    var ends: [UInt] = []
    for size in [0, 1, 15, 16, 17, 40_000, 100_000, 3] {
      let memory = try #require(arena.allocate(size))
      let start = UInt(bitPattern: memory)
      #expect(start % 16 == 0)
      #expect(!ends.contains(start))
      ends.append(start)
    }
  }

  @Test func limitIsKept() {
    let arena = MessageArena(limit: 200_000)
    #expect(arena.allocate(100_000) != nil)
    #expect(arena.allocate(150_000) == nil)
    #expect(arena.allocate(Int.max) == nil)
    #expect(arena.allocate(-1) == nil)
    #expect(arena.allocate(10) != nil)
  }

  @Test func messageComesBackPacked() throws {
    let bytes = WireBytes { model in
      model.int(1, 8)
      model.data(2, [0x61, 0, 0x62])
      model.message(7) { $0.message(1) { $0.text(4, "Relu") } }
      model.int(99, 1)
    }.bytes
    let arena = MessageArena()
    let model = try arena.unpack(bytes, as: Onnx__ModelProto.self, Fixture.descriptor)
    #expect(model.pointee.ir_version == 8)
    #expect(packed(model) == bytes)
  }

  @Test func messageThatExceedsTheLimitIsAnError() {
    let bytes = WireBytes { $0.data(7, (0..<5000).flatMap { _ in [0x0A, 0] as [UInt8] }) }.bytes
    #expect(throws: WireError.self) {
      _ = try MessageArena(limit: 100_000).unpack(
        bytes, as: Onnx__ModelProto.self, Fixture.descriptor)
    }
  }
}

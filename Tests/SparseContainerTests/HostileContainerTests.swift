import ByteStorage
import ModelGraph
import ProtobufWire
import SparseCoding
import Testing

@testable import SparseContainer

@Suite struct HostileContainerTests {
  /// An index of one model file, of literal bytes that stand in `stored` bytes.
  private func index(literalBytes: Int, stored: Int) -> ContainerIndex {
    var section = SectionRecord(
      layout: .bytes, elementCount: literalBytes, chunkElements: Limits.chunkElements)
    let count = section.chunkCount
    section.chunkLengths = (0..<count).map {
      UInt32(stored / count + ($0 < stored % count ? 1 : 0))
    }
    section.chunkChecksums = [UInt32](repeating: 0, count: count)
    let file = FileRecord(path: "", literalSection: 0, literalRuns: [], holeTensors: [])
    return ContainerIndex(
      format: "onnx", files: [file], sections: [section], tensors: [], history: History([]))
  }

  @Test("A few bytes may not claim a structure that fills the memory")
  func literalBomb() throws {
    let size = 1 << 25 + 64 * 1000
    try index(literalBytes: size, stored: 1000).validate(dataBytes: 1000)
    #expect(throws: SparseContainerError.tooLarge("the structure")) {
      try index(literalBytes: size + 1, stored: 1000).validate(dataBytes: 1000)
    }
    #expect(throws: SparseContainerError.tooLarge("the structure")) {
      try index(literalBytes: Limits.decodedBytes >> 4, stored: 1 << 20)
        .validate(dataBytes: 1 << 20)
    }
  }

  @Test("An index that compresses beyond measure is refused before it is decoded")
  func longIndex() {
    #expect(CodedIndex.maximumLength(stored: 100) == 1 << 20 + 1600)
    #expect(CodedIndex.maximumLength(stored: .max) == UInt64(Limits.indexBytes))
  }

  @Test("An index of many empty messages is refused before it is unpacked")
  func emptySettings() throws {
    let settings = [[UInt8]](repeating: [0x12, 0], count: 1 << 19).flatMap { $0 }
    var message: [UInt8] = [0x22]
    Varint.append(UInt64(settings.count), to: &message)
    message += settings
    let error = #expect(throws: WireError.self) { try ContainerIndex(message: message) }
    #expect(error?.rule == .memory)
  }
}

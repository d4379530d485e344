import ProtobufWire
import TestSupport
import Testing

@Suite struct VarintTests {
  @Test(arguments: [0, 1, 127, 128, 16383, 16384, 1 << 32, UInt64(Int64.max), UInt64.max])
  func numberComesBack(value: UInt64) {
    var bytes: [UInt8] = []
    Varint.append(value, to: &bytes)
    var position = 0
    #expect(bytes == WireBytes.varint(value))
    #expect(bytes.count == Varint.byteCount(of: value))
    #expect(bytes.withUnsafeBytes { Varint.read($0, at: &position) } == value)
    #expect(position == bytes.count)
  }

  @Test(
    arguments: [
      [0x80], [0xFF, 0xFF], Array(repeating: 0x80, count: 10) + [0x01],
      Array(repeating: 0xFF, count: 9) + [0x02], [],
    ] as [[UInt8]])
  func endlessOrTooLargeNumberIsNil(bytes: [UInt8]) {
    var position = 0
    #expect(bytes.withUnsafeBytes { Varint.read($0, at: &position) } == nil)
    #expect(position == 0)
  }

  @Test func longFormOfASmallNumberIsRead() {
    var position = 0
    let bytes: [UInt8] = [0x81, 0x80, 0x80, 0x00]
    #expect(bytes.withUnsafeBytes { Varint.read($0, at: &position) } == 1)
    #expect(position == 4)
  }
}

/// Coder 4: one byte, repeated.
struct ConstantByteCoder: StreamCoder {
  let id = CoderID.constantByte
  let name = "constant"
  let summary = "one byte, repeated"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    ConstantByteCodec()
  }
}

private final class ConstantByteCodec: StreamCodec {
  func storedLength(ofRaw count: Int) -> Int? { 1 }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    guard statistics.isConstant, raw.count > 0 else { return nil }
    return UnsafeRawBufferPointer(rebasing: raw[..<1])
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    guard raw.count > 0 else { throw .badStream(.constantByte, reason: "an empty stream") }
    _ = raw.initializeMemory(as: UInt8.self, repeating: stored[0])
  }
}

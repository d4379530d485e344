/// Coder 0: the bytes as they are.
struct StoredCoder: StreamCoder {
  let id = CoderID.stored
  let name = "stored"
  let summary = "the bytes as they are"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    StoredCodec()
  }
}

private final class StoredCodec: StreamCodec {
  func storedLength(ofRaw count: Int) -> Int? { count }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    raw
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    raw.copyMemory(from: stored)
  }
}

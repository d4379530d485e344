import Testing

@testable import SparseCoding

@Suite struct RepeatsTests {
  /// A table in which every value of a short list stands many times, in an order without a pattern.
  private func table(of values: Int, count: Int) -> [UInt8] {
    var state: UInt32 = 7
    return (0..<count).flatMap { _ -> [UInt8] in
      state = state &* 1_664_525 &+ 1_013_904_223
      let value =
        (Float(Int(state >> 16) % values).squareRoot() + 1) * (state >> 15 & 1 == 0 ? 1 : -1)
      return withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
  }

  private func coded(_ bytes: [UInt8], _ level: CompressionLevel = .balanced) throws -> [UInt8] {
    try bytes.withUnsafeBytes {
      try ChunkCoder(level: level).encode($0, layout: .float32)
    }
  }

  @Test("Floats that repeat each other are coded as a whole, others are not")
  func choice() throws {
    let repeating = try coded(table(of: 300, count: 30_000))
    #expect(repeating.first == EncodingID.signedRepeats.rawValue)
    let distinct = try coded(table(of: 1 << 20, count: 2000))
    #expect(distinct.first == EncodingID.floatJoint.rawValue)
  }

  @Test("The count of repeats is that of a set", arguments: [1, 3, 50, 1000])
  func count(values: Int) {
    let bytes = table(of: values, count: 2000)
    var seen: Set<[UInt8]> = []
    var expected = 0
    for start in stride(from: 0, to: bytes.count, by: 4) {
      if !seen.insert(Array(bytes[start..<start + 4])).inserted { expected += 1 }
    }
    var bits = [UInt64](repeating: 0, count: 1024)
    let found = bytes.withUnsafeBytes { source in
      bits.withUnsafeMutableBufferPointer { seen in
        seen.baseAddress.map { UInt32.repeatCount(source, seen: $0) } ?? 0
      }
    }
    // Hashes of 16 bits fall together now and then, so a few more are counted.
    #expect((expected...expected + 20).contains(found))
  }

  @Test("Bytes that are all repeats are matched quickly, and come back")
  func quick() throws {
    let bytes = [UInt8](repeating: 0, count: 4).flatMap { _ in table(of: 2, count: 1000) }
    let small = try coded(bytes, .small)
    var output = [UInt8](repeating: 1, count: bytes.count)
    try small.withUnsafeBytes { stored in
      try output.withUnsafeMutableBytes {
        try ChunkCoder(level: .small).decode(stored, layout: .float32, into: $0)
      }
    }
    #expect(output == bytes)
    #expect(small.count < bytes.count / 16)
  }
}

import TestSupport
import Testing

@testable import SparseCoding

@Suite struct RansKernelTests {
  /// Streams of each number of lanes, with whole rounds and without, of many and of few symbols.
  static let lengths = [256, 257, 300, 8191, 8192, 8207, 65_535, 65_536, 65_599, 70_001]

  @Test("Every path codes as the definition does", arguments: lengths, [2, 40, 256])
  func paths(length: Int, kinds: Int) throws {
    let stream = skewedBytes(length, kinds: kinds)
    for bits in [9, 12, 14] {
      let frequencies = try #require(
        stream.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: bits) })
      let expected = Definition(frequencies).encode(stream, lanes: lanes(length))
      for kernels in KernelPath.allCases where kernels.isSupported {
        let (states, words) = encode(stream, frequencies, kernels)
        #expect(states == expected.states && words == expected.words, "\(kernels), \(bits) bits")
        #expect(decode(states, words, frequencies, length, kernels) == stream, "\(kernels)")
      }
    }
  }

  @Test("Every path refuses the same words", arguments: [300, 8300, 65_600])
  func damage(length: Int) throws {
    var generator = SeededGenerator(seed: UInt64(length))
    let stream = skewedBytes(length, kinds: 40)
    let frequencies = try #require(
      stream.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: 12) })
    let (states, words) = encode(stream, frequencies, .scalar)
    for _ in 0..<20 {
      var damaged = words
      damaged[Int.random(in: words.indices, using: &generator)] ^=
        1 << UInt8.random(in: 0..<8, using: &generator)
      damaged.removeLast(Int.random(in: 0..<4, using: &generator) * 2)
      let expected = decode(states, damaged, frequencies, length, .scalar)
      for kernels in KernelPath.allCases where kernels.isSupported {
        #expect(decode(states, damaged, frequencies, length, kernels) == expected)
      }
    }
    for kernels in KernelPath.allCases where kernels.isSupported {
      #expect(decode(states, Array(words.dropLast(2)), frequencies, length, kernels) == nil)
      #expect(decode(states, [], frequencies, length, kernels) == nil)
      #expect(decode(states, words + [0, 0], frequencies, length, kernels) == nil)
    }
  }

  @Test("A machine has the scalar path, and the best path is one it has")
  func support() {
    #expect(KernelPath.scalar.isSupported)
    #expect(KernelPath.best.isSupported)
  }

  /// Bytes of which the small ones are frequent.
  private func skewedBytes(_ length: Int, kinds: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(length * kinds))
    return (0..<length).map { _ in
      UInt8(
        min(
          Int.random(in: 0..<kinds, using: &generator), Int.random(in: 0..<kinds, using: &generator)
        ))
    }
  }

  private func lanes(_ length: Int) -> Int { RansLanes(ofStream: length, .scalar).count }

  private func encode(
    _ stream: [UInt8], _ frequencies: ByteFrequencies, _ kernels: KernelPath
  ) -> (states: [UInt32], words: [UInt8]) {
    var room = [UInt8](repeating: 0, count: stream.count * 2)
    return stream.withUnsafeBytes { raw in
      let (states, size) = room.withUnsafeMutableBytes {
        RansLanes(ofStream: stream.count, kernels)
          .encode(raw, frequencies, into: $0, for: StreamUse(target: raw))
      }
      return (states, Array(room.suffix(size)))
    }
  }

  private func decode(
    _ states: [UInt32], _ words: [UInt8], _ frequencies: ByteFrequencies, _ length: Int,
    _ kernels: KernelPath
  ) -> [UInt8]? {
    var output = [UInt8](repeating: 0xA5, count: length)
    // A buffer without anything behind it, so that a sanitizer sees what is read there.
    let isWhole = words.withUnsafeBytes { words in
      states.withUnsafeBytes { states in
        output.withUnsafeMutableBytes {
          // Memory that is brought near must not change, wherever it ends.
          let use = StreamUse(target: UnsafeRawBufferPointer(rebasing: $0[(length / 3)...]))
          return RansLanes(ofStream: length, kernels)
            .decode(states, frequencies, words, into: $0, for: use)
        }
      }
    }
    return isWhole ? output : nil
  }
}

/// Range asymmetric numeral systems as schemas/encodings/coder-5-rans.md has them, with divisions.
private struct Definition {
  let bits: UInt64
  let sizes: [UInt64]
  let starts: [UInt64]

  init(_ frequencies: ByteFrequencies) {
    bits = UInt64(frequencies.bits)
    sizes = frequencies.counts.map { UInt64($0) }
    starts = sizes.indices.map { symbol in
      frequencies.counts[..<symbol].reduce(0) { $0 + UInt64($1) }
    }
  }

  func encode(_ stream: [UInt8], lanes: Int) -> (states: [UInt32], words: [UInt8]) {
    let coded = stream.count - 2 * lanes
    var states = (0..<lanes).map { lane in
      1 << 16 | UInt64(stream[coded + 2 * lane]) | UInt64(stream[coded + 2 * lane + 1]) << 8
    }
    var words: [UInt8] = []
    for index in (0..<coded).reversed() {
      let (size, start) = (sizes[Int(stream[index])], starts[Int(stream[index])])
      var state = states[index % lanes]
      if state >= size << (31 - bits) {
        words += [UInt8(state >> 8 & 0xFF), UInt8(state & 0xFF)]
        state >>= 16
      }
      states[index % lanes] = (state / size) << bits + state % size + start
    }
    return (states.map { UInt32($0) }, words.reversed())
  }
}

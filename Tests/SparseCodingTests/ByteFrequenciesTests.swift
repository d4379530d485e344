import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ByteFrequenciesTests {
  @Test("Parts go where a look at all symbols finds the most", arguments: 0..<60)
  func balance(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let kinds = Int.random(in: 2...256, using: &generator)
    let rarest = Int.random(in: 1...6, using: &generator)
    let length = Int.random(in: 256...20_000, using: &generator)
    let stream =
      [0, UInt8(kinds - 1)]
      + (2..<length).map { _ in
        UInt8(
          (1...rarest).map { _ in Int.random(in: 0..<kinds, using: &generator) }.min() ?? 0)
      }
    for largestBits in [12, 14] {
      let chosen = try #require(
        stream.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: largestBits) })
      #expect(chosen.counts == balanced(stream, total: chosen.total))
    }
  }

  /// What the choice is defined to be.
  private func balanced(_ stream: [UInt8], total: Int) -> [UInt32] {
    var occurrences = [Double](repeating: 0, count: 256)
    for byte in stream { occurrences[Int(byte)] += 1 }
    var parts = occurrences.map { count in
      count > 0 ? max(1, Double(Int(count) * total / stream.count)) : 0
    }
    while parts.reduce(0, +) != Double(total) {
      let adds = parts.reduce(0, +) < Double(total)
      let gains = (0..<256).map { symbol in
        if adds { return parts[symbol] > 0 ? occurrences[symbol] / (parts[symbol] + 0.5) : -1 }
        return parts[symbol] > 1 ? -occurrences[symbol] / (parts[symbol] - 0.5) : -.infinity
      }
      let best = gains.firstIndex(of: gains.max() ?? 0) ?? 0
      parts[best] += adds ? 1 : -1
    }
    return parts.map { UInt32($0) }
  }

  @Test(
    "Frequencies of an eighth of a stream cost it less than a thousandth", arguments: [2, 3, 5])
  func sampled(terms: Int) throws {
    var generator = SeededGenerator(seed: UInt64(terms))
    var stream: [UInt8] = (0..<262_144).map { _ in
      (0..<terms).reduce(0) { sum, _ in sum + UInt8.random(in: 0..<40, using: &generator) }
    }
    stream[777] = 255
    try stream.withUnsafeBytes { bytes in
      let histogram = ByteHistogram(of: bytes)
      let exact = try #require(ByteFrequencies(histogram, largestBits: 12))
      let part = ByteHistogram(sampling: bytes, halvings: 3, .best)
      let sampled = try #require(ByteFrequencies(part, largestBits: 12))
      #expect(zip(sampled.counts, histogram.counts).allSatisfy { ($0 > 0) == ($1 > 0) })
      #expect(cost(histogram, sampled) < cost(histogram, exact) * 1.001)
    }
  }

  /// The bits that a stream takes by some frequencies.
  private func cost(_ histogram: ByteHistogram, _ frequencies: ByteFrequencies) -> Double {
    zip(histogram.counts, frequencies.counts).reduce(0) { sum, pair in
      guard pair.0 > 0 else { return sum }
      let bits = binaryLogarithm(frequencies.total) - binaryLogarithm(Int(pair.1))
      return sum + Double(pair.0) * bits
    }
  }
}

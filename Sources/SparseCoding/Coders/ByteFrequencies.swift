/// How often each byte stands in a stream, in parts of a power of two.
struct ByteFrequencies {
  /// The exponents of totals that there may be.
  static let possibleBits = 8...15
  /// More bytes than `write` appends: two bits for each halving of a frequency, and two.
  static let mostBytes = 256 * 4 + 1

  /// The exponent of the total.
  let bits: Int
  private(set) var counts = [UInt32](repeating: 0, count: 256)

  var total: Int { 1 << bits }
}

// MARK: - Choosing

extension ByteFrequencies {
  /// Frequencies for a stream of at least two different bytes; nil for any other.
  init?(of stream: UnsafeRawBufferPointer, largestBits: Int) {
    self.init(ByteHistogram(of: stream), largestBits: largestBits)
  }

  /// Frequencies for a stream whose bytes were counted, all or some; nil when all are equal.
  init?(_ histogram: ByteHistogram, largestBits: Int) {
    let counts = histogram.counts
    guard counts.count(where: { $0 > 0 }) > 1 else { return nil }
    let logarithm = Int.bitWidth - histogram.total.leadingZeroBitCount
    // Rare symbols take a whole part each, so long streams get smaller parts.
    bits = min(max(logarithm - 3, 8), largestBits)
    for (symbol, count) in counts.enumerated() where count > 0 {
      self.counts[symbol] = UInt32(max(1, Int(count) * total / histogram.total))
    }
    balance(counts)
  }

  /// Adds or takes parts where that gains most or costs least, until they make up the total.
  private mutating func balance(_ occurrences: [UInt32]) {
    var missing = total - counts.reduce(0) { $0 + Int($1) }
    let adds = missing > 0
    var gains = Knockout(counts.indices.map { gain(of: $0, occurrences[$0], adding: adds) })
    while missing != 0 {
      let best = gains.best
      guard gains[best] > -.infinity else { return }
      counts[best] = adds ? counts[best] + 1 : counts[best] - 1
      missing += adds ? -1 : 1
      gains[best] = gain(of: best, occurrences[best], adding: adds)
    }
  }

  /// About how many bits a stream gets shorter when a symbol has a part more or less.
  ///
  /// A part more of `f` saves about `count / (f + 1/2)` bits, a part less costs `count / (f - 1/2)`.
  private func gain(of symbol: Int, _ occurrences: UInt32, adding: Bool) -> Double {
    let (parts, count) = (Double(counts[symbol]), Double(occurrences))
    if adding { return parts > 0 ? count / (parts + 0.5) : -.infinity }
    return parts > 1 ? -count / (parts - 0.5) : -.infinity
  }
}

/// 256 numbers of which the largest is asked for after each change: pairs play, and winners go up.
private struct Knockout {
  private var values: [Double]
  /// The winner of each game; the games of a round stand before those that lead to them, from 1 on.
  private var winners = [Int](repeating: 0, count: 256) + (0..<256)

  init(_ values: [Double]) {
    self.values = values
    for game in (1..<256).reversed() { play(game) }
  }

  /// The place of the largest number, the first one in a tie.
  var best: Int { winners[1] }

  subscript(place: Int) -> Double {
    get { values[place] }
    set {
      values[place] = newValue
      var game = (256 + place) / 2
      while game > 0 {
        play(game)
        game /= 2
      }
    }
  }

  private mutating func play(_ game: Int) {
    let (left, right) = (winners[2 * game], winners[2 * game + 1])
    winners[game] = values[right] > values[left] ? right : left
  }
}

// MARK: - Bits

extension ByteFrequencies {
  /// Each frequency and one, in Elias's gamma code, up to the symbol that makes up the total.
  func write(to coded: inout [UInt8]) {
    coded.append(UInt8(bits))
    var (word, used): (UInt64, UInt64) = (0, 0)
    var sum = 0
    for count in counts {
      guard sum < total else { break }
      sum += Int(count)
      let number = UInt64(count) + 1
      let length = UInt64(63 - number.leadingZeroBitCount)
      // The zeros that tell the length, a one, and the bits below the highest.
      word |= (1 | (number & ((1 << length) - 1)) << 1) << (used + length)
      used += 2 * length + 1
      while used >= 8 {
        coded.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
        used -= 8
      }
    }
    if used > 0 { coded.append(UInt8(truncatingIfNeeded: word)) }
  }

  /// The way back from `write`.
  init(from reader: inout CodedReader, for coder: CoderID) throws(SparseCodingError) {
    bits = Int(try reader.byte())
    guard Self.possibleBits ~= bits else { throw .badStream(coder, reason: "2^\(bits) parts") }
    var source = BitReader()
    var sum = 0
    for symbol in counts.indices {
      guard sum < total else { break }
      let number = try source.gamma(&reader, maximumLength: bits, coder)
      counts[symbol] = UInt32(number - 1)
      sum += number - 1
    }
    guard sum == total, counts.allSatisfy({ $0 < total }), source.isFinished else {
      throw .badStream(coder, reason: "frequencies that make up \(sum) of \(total)")
    }
  }
}

/// Bits of a coded chunk, the lowest of each byte first.
private struct BitReader {
  private var byte: UInt8 = 0
  private var left = 0

  /// True when the bits that are left of the last byte are zero.
  var isFinished: Bool { byte == 0 }

  private mutating func bit(_ reader: inout CodedReader) throws(SparseCodingError) -> Int {
    if left == 0 { (byte, left) = (try reader.byte(), 8) }
    defer {
      byte >>= 1
      left -= 1
    }
    return Int(byte & 1)
  }

  /// A number in Elias's gamma code.
  mutating func gamma(
    _ reader: inout CodedReader, maximumLength: Int, _ coder: CoderID
  ) throws(SparseCodingError) -> Int {
    var length = 0
    while try bit(&reader) == 0 {
      length += 1
      guard length <= maximumLength else {
        throw .badStream(coder, reason: "a frequency above the total")
      }
    }
    var number = 1 << length
    for place in 0..<length { number |= try bit(&reader) << place }
    return number
  }
}

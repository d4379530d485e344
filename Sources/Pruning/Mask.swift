/// Which elements of a tensor are pruned: one bit each, set where the element goes.
public struct Mask: Hashable, Sendable {
  /// How many elements there are.
  public let count: Int
  /// The bits, the lowest first; those behind `count` are 0.
  public private(set) var words: [UInt64]

  /// Makes a mask that prunes nothing.
  public init(count: Int) {
    self.count = count
    words = Array(repeating: 0, count: (count + 63) / 64)
  }

  /// True when the element goes.
  public subscript(index: Int) -> Bool {
    get { words[index >> 6] >> UInt64(index & 63) & 1 == 1 }
    set {
      let bit = UInt64(1) << UInt64(index & 63)
      if newValue { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
    }
  }

  /// How many elements go.
  public var prunedCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Prunes a range of elements.
  public mutating func prune(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      let bit = index & 63
      let length = min(64 - bit, range.upperBound - index)
      words[index >> 6] |= (UInt64.max >> UInt64(64 - length)) << UInt64(bit)
      index += length
    }
  }

  /// Prunes also what another mask of as many elements prunes.
  public mutating func formUnion(_ other: Mask) {
    precondition(other.count == count, "masks of different tensors")
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Prunes `count` elements from `target` on where `bits` are set from `source` on.
  mutating func insert(_ bits: [UInt64], from source: Int, count: Int, at target: Int) {
    var done = 0
    while done < count {
      let (word, bit) = ((target + done) >> 6, (target + done) & 63)
      let length = min(64 - bit, count - done)
      words[word] |= Self.extract(bits, at: source + done, length: length) << UInt64(bit)
      done += length
    }
  }

  /// Up to 64 bits from any place.
  private static func extract(_ bits: [UInt64], at place: Int, length: Int) -> UInt64 {
    let (word, bit) = (place >> 6, place & 63)
    var value = bits[word] >> UInt64(bit)
    if bit + length > 64 { value |= bits[word + 1] << UInt64(64 - bit) }
    return value & (UInt64.max >> UInt64(64 - length))
  }
}

/// The patterns of N of M, numbered in ascending order of their bit masks.
struct PatternNumbers {
  /// The mask of each number.
  let masks: [UInt16]
  /// How many pattern numbers a 32-bit word holds.
  let perWord: Int
  /// How many bytes such a word takes.
  let fullLength: Int
  private let kept: Int
  private let binomials: [Int]

  init(kept: Int, group: Int) {
    self.kept = kept
    binomials = Self.binomials(upTo: group)
    masks = (0..<(1 << group)).filter { $0.nonzeroBitCount == kept }.map { UInt16($0) }
    var perWord = 0
    var reach = masks.count
    while reach <= 1 << 32 {
      perWord += 1
      reach *= masks.count
    }
    self.perWord = perWord
    fullLength = Self.length(perWord, base: masks.count)
  }

  /// The number of a mask: the sum of C(position, rank) over its bits (combinatorial number system).
  func number(of mask: UInt16) -> UInt64 {
    var rest = mask
    var rank = 1
    var number = 0
    while rest != 0 {
      number &+= binomials[rest.trailingZeroBitCount &* 17 &+ rank]
      rank &+= 1
      rest &= rest &- 1
    }
    return UInt64(number)
  }

  /// How many bytes a word of `count` pattern numbers takes.
  func wordLength(_ count: Int) -> Int {
    count == perWord ? fullLength : Self.length(count, base: masks.count)
  }

  /// How many bytes the numbers of `groups` groups take: whole words and a shorter last one.
  func packedLength(groups: Int) -> Int {
    groups / perWord * fullLength + wordLength(groups % perWord)
  }

  private static func length(_ count: Int, base: Int) -> Int {
    var reach: UInt64 = 1
    for _ in 0..<count { reach *= UInt64(base) }
    return (UInt64.bitWidth - (reach - 1).leadingZeroBitCount + 7) / 8
  }

  /// Pascal's triangle: C(n, k) at `n * 17 + k`.
  private static func binomials(upTo size: Int) -> [Int] {
    var triangle = [Int](repeating: 0, count: 17 * 17)
    for row in 0...size {
      triangle[row * 17] = 1
      guard row > 0 else { continue }
      for column in 1...row {
        triangle[row * 17 + column] =
          triangle[(row - 1) * 17 + column - 1] + triangle[(row - 1) * 17 + column]
      }
    }
    return triangle
  }
}

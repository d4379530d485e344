/// The patterns of N of M, numbered in ascending order of their bit masks.
struct PatternNumbers {
  /// The mask of each number.
  let masks: [UInt16]
  /// How many pattern numbers a 32-bit word holds.
  let perWord: Int
  /// How many bytes such a word takes.
  let fullLength: Int
  /// The number of each mask; undefined for masks that are no pattern.
  let numbers: [UInt16]

  init(kept: Int, group: Int) {
    var masks: [UInt16] = []
    var numbers = [UInt16](repeating: 0, count: 1 << group)
    for mask in 0..<(1 << group) where mask.nonzeroBitCount == kept {
      numbers[mask] = UInt16(masks.count)
      masks.append(UInt16(mask))
    }
    self.masks = masks
    self.numbers = numbers
    var perWord = 0
    var reach = masks.count
    while reach <= 1 << 32 {
      perWord += 1
      reach *= masks.count
    }
    self.perWord = perWord
    fullLength = Self.length(perWord, base: masks.count)
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
}

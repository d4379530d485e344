extension PatternNumbers {
  /// Writes the numbers of the groups' masks (UInt16), the first one as the lowest digit of a word.
  func pack(
    _ groupMasks: UnsafeRawPointer, groups: Int, into packed: UnsafeMutableRawBufferPointer
  ) {
    var offset = 0
    for first in stride(from: 0, to: groups, by: perWord) {
      let digits = min(perWord, groups - first)
      var word: UInt64 = 0
      for group in (first..<(first + digits)).reversed() {
        let mask = UInt16.load(groupMasks, group)
        word = word &* UInt64(masks.count) &+ UInt64(numbers[Int(mask)])
      }
      for byte in 0..<wordLength(digits) {
        packed[offset] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
        offset += 1
      }
    }
  }

  /// The way back; false when a word is too large for its digits.
  func unpack(
    _ packed: UnsafeRawBufferPointer, groups: Int, into groupMasks: UnsafeMutableRawPointer
  ) -> Bool {
    let base = UInt32(masks.count)
    var offset = 0
    for first in stride(from: 0, to: groups, by: perWord) {
      let digits = min(perWord, groups - first)
      var word: UInt32 = 0
      for byte in 0..<wordLength(digits) {
        word |= UInt32(packed[offset]) << UInt32(8 * byte)
        offset += 1
      }
      for group in first..<(first + digits) {
        let (rest, digit) = word.quotientAndRemainder(dividingBy: base)
        UInt16.store(masks[Int(digit)], groupMasks, group)
        word = rest
      }
      guard word == 0 else { return false }
    }
    return true
  }
}

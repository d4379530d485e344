/// The most values that an index of one byte tells apart.
let largestPalette = 256

extension ElementWord {
  /// The different elements in ascending order, and for each element its place among them.
  ///
  /// Nil when there are more than 256; `indices`, a byte for each element, are of no use then.
  static func palette(
    of source: UnsafeRawBufferPointer, indices: UnsafeMutableRawBufferPointer
  ) -> [UInt8]? {
    guard let base = source.baseAddress else { return [] }
    var values: [Self] = []
    // Four times as many slots as values, so that few share one; each has its value's number and one.
    let slotBits = 10
    var slots = [UInt16](repeating: 0, count: 1 << slotBits)
    for index in 0..<source.count / width {
      let element = load(base, index)
      let mixed = UInt64(truncatingIfNeeded: element ^ (element >> (Self(bitWidth) / 2)))
      var slot = Int((mixed &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - slotBits))
      while slots[slot] > 0, values[Int(slots[slot]) - 1] != element {
        slot = (slot + 1) & (slots.count - 1)
      }
      if slots[slot] == 0 {
        guard values.count < largestPalette else { return nil }
        values.append(element)
        slots[slot] = UInt16(values.count)
      }
      indices[index] = UInt8(truncatingIfNeeded: slots[slot] - 1)
    }
    return sort(&values, indices)
  }

  /// The bytes of the values in ascending order, to which the indices are brought.
  private static func sort(
    _ values: inout [Self], _ indices: UnsafeMutableRawBufferPointer
  ) -> [UInt8] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [UInt8](repeating: 0, count: values.count)
    for (rank, number) in order.enumerated() { ranks[number] = UInt8(rank) }
    for index in indices.indices { indices[index] = ranks[Int(indices[index])] }
    return order.flatMap { number in withUnsafeBytes(of: values[number].littleEndian, Array.init) }
  }

  /// True when each element is larger than the one before.
  static func isAscending(_ values: UnsafeRawBufferPointer) -> Bool {
    guard let base = values.baseAddress else { return true }
    return (1..<Swift.max(1, values.count / width)).allSatisfy {
      load(base, $0 - 1) < load(base, $0)
    }
  }

  /// Writes for each index the value that it is the place of; false when there is none.
  static func lookUp(
    _ indices: UnsafeRawBufferPointer, in values: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard let base = values.baseAddress, let target = output.baseAddress else { return false }
    let count = values.count / width
    return withUnsafeTemporaryAllocation(of: Self.self, capacity: largestPalette) { table in
      for place in 0..<largestPalette {
        table[place] = place < count ? load(base, place) : 0
      }
      var largest: UInt8 = 0
      for (place, index) in indices.enumerated() {
        largest = Swift.max(largest, index)
        store(table[Int(index)], target, place)
      }
      return largest < count
    }
  }
}

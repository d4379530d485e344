/// States that code the bytes of a stream in turn: byte `i` is coded by state `i % count`.
///
/// A state is a number from 2^16 up to 2^32. When it would leave that range it gives 16 bits to, or
/// takes them from, the words that all lanes share.
struct RansLanes {
  static let maximumCount = 32
  private static let fewest = 4
  /// Shorter streams have fewer lanes, for each costs two bytes.
  private static let manyFrom = 1 << 15
  /// The smallest state, and the one that coding begins with.
  private static let lowest: UInt32 = 1 << 16

  let count: Int
  private let bits: UInt32
  private let frequencies: [UInt32]
  private let starts: [UInt32]

  init(_ frequencies: RansFrequencies, ofStream count: Int) {
    self.count = count >= Self.manyFrom ? Self.maximumCount : Self.fewest
    bits = UInt32(frequencies.bits)
    self.frequencies = frequencies.counts
    starts = frequencies.starts
  }

  /// Codes a stream backwards; its words end where the buffer does.
  ///
  /// - Returns: the states decoding begins with, and the size of the words.
  func encode(
    _ raw: UnsafeRawBufferPointer, into words: UnsafeMutableRawBufferPointer
  ) -> (states: [UInt32], size: Int) {
    var states = [UInt32](repeating: Self.lowest, count: count)
    var end = words.count
    for index in raw.indices.reversed() {
      let (frequency, start) = (frequencies[Int(raw[index])], starts[Int(raw[index])])
      var state = states[index % count]
      if UInt64(state) >= UInt64(frequency) << (32 - UInt64(bits)) {
        end -= 2
        words.storeBytes(
          of: UInt16(truncatingIfNeeded: state).littleEndian, toByteOffset: end, as: UInt16.self)
        state >>= 16
      }
      let (quotient, remainder) = state.quotientAndRemainder(dividingBy: frequency)
      states[index % count] = quotient << bits + remainder + start
    }
    return (states, words.count - end)
  }

  /// The way back from `encode`; false when it does not end as coding began.
  func decode(
    _ states: UnsafeRawBufferPointer, _ words: UnsafeRawBufferPointer,
    into raw: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard words.count % 2 == 0 else { return false }
    let symbols = symbolsOfSlots()
    var lanes = (0..<count).map {
      UInt32(littleEndian: states.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
    }
    guard lanes.allSatisfy({ $0 >= Self.lowest }) else { return false }
    var place = 0
    var index = 0
    // Whole rounds while there is a word for every lane need no checks.
    while index + count <= raw.count, place + 2 * count <= words.count {
      for lane in 0..<count {
        raw[index + lane] = step(&lanes[lane], symbols, words, &place)
      }
      index += count
    }
    while index < raw.count {
      guard place + 2 <= words.count || !needsWord(lanes[index % count], symbols) else {
        return false
      }
      raw[index] = step(&lanes[index % count], symbols, words, &place)
      index += 1
    }
    return place == words.count && lanes.allSatisfy { $0 == Self.lowest }
  }

  /// Decodes one byte, and takes a word where the state has become too small.
  private func step(
    _ state: inout UInt32, _ symbols: [UInt8], _ words: UnsafeRawBufferPointer, _ place: inout Int
  ) -> UInt8 {
    let (symbol, next) = advanced(state, symbols)
    guard next < Self.lowest else {
      state = next
      return symbol
    }
    let word = words.loadUnaligned(fromByteOffset: place, as: UInt16.self)
    state = next << 16 | UInt32(UInt16(littleEndian: word))
    place += 2
    return symbol
  }

  private func needsWord(_ state: UInt32, _ symbols: [UInt8]) -> Bool {
    advanced(state, symbols).next < Self.lowest
  }

  private func advanced(_ state: UInt32, _ symbols: [UInt8]) -> (symbol: UInt8, next: UInt32) {
    let slot = state & (1 << bits - 1)
    let symbol = symbols[Int(slot)]
    let next = frequencies[Int(symbol)] &* (state >> bits) &+ slot &- starts[Int(symbol)]
    return (symbol, next)
  }

  private func symbolsOfSlots() -> [UInt8] {
    var symbols: [UInt8] = []
    symbols.reserveCapacity(1 << Int(bits))
    for (symbol, frequency) in frequencies.enumerated() {
      symbols.append(contentsOf: repeatElement(UInt8(symbol), count: Int(frequency)))
    }
    return symbols
  }
}

internal import CKernels

extension ByteFrequencies {
  /// Where the range of each symbol begins, below its frequency in the upper half of a word.
  private var ranges: [UInt32] {
    var start: UInt32 = 0
    return counts.map { count in
      defer { start += count }
      return count << 16 | start
    }
  }

  /// What coding needs of each symbol.
  var codingTable: [rans_symbol] {
    zip(counts, ranges).map { count, range in
      guard count > 0 else { return rans_symbol(reciprocal: 0, range: range) }
      let logarithm = UInt32.bitWidth - (count - 1).leadingZeroBitCount
      let reciprocal = (1 << (31 + UInt64(logarithm)) + UInt64(count) - 1) / UInt64(count)
      return rans_symbol(reciprocal: UInt32(reciprocal), range: range)
    }
  }

  /// Gives the tables of a decoder of so many lanes to `body`.
  func withDecoder<Result>(
    of lanes: Int, for kernels: KernelPath, _ body: (UnsafePointer<rans_decoder>) -> Result
  ) -> Result {
    symbols.withUnsafeBufferPointer { symbols in
      ranges.withUnsafeBufferPointer { ranges in
        slots(of: lanes, for: kernels).withUnsafeBufferPointer { slots in
          var decoder = rans_decoder(
            bits: UInt32(bits), symbols: symbols.baseAddress, ranges: ranges.baseAddress,
            slots: slots.isEmpty ? nil : slots.baseAddress)
          return body(&decoder)
        }
      }
    }
  }

  /// The symbol of each slot.
  private var symbols: [UInt8] {
    var symbols: [UInt8] = []
    symbols.reserveCapacity(total)
    for (symbol, count) in counts.enumerated() {
      symbols.append(contentsOf: repeatElement(UInt8(symbol), count: Int(count)))
    }
    return symbols
  }

  /// What `rans_decoder.slots` holds; nothing where it is of no use.
  private func slots(of lanes: Int, for kernels: KernelPath) -> [UInt32] {
    guard rans_has_path(kernels.selector, UInt32(lanes)), bits <= RANS_SLOT_BITS else { return [] }
    var slots: [UInt32] = []
    slots.reserveCapacity(total)
    for (symbol, count) in counts.enumerated() {
      for distance in 0..<count { slots.append(UInt32(symbol) | count << 8 | distance << 20) }
    }
    return slots
  }
}

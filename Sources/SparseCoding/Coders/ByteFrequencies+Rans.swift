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
    of lanes: Int, for kernels: KernelPath, _ use: StreamUse,
    _ body: (UnsafePointer<rans_decoder>) -> Result
  ) -> Result {
    let hasSlots = rans_has_path(kernels.selector, UInt32(lanes)) && bits <= RANS_SLOT_BITS
    return ranges.withUnsafeBufferPointer { ranges in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: total) { symbols in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: hasSlots ? total : 0) { slots in
          rans_fill(
            ranges.baseAddress, symbols.baseAddress, hasSlots ? slots.baseAddress : nil)
          var decoder = rans_decoder(
            bits: UInt32(bits), symbols: symbols.baseAddress, ranges: ranges.baseAddress,
            slots: hasSlots ? slots.baseAddress : nil,
            next: use.nextMemory)
          return body(&decoder)
        }
      }
    }
  }
}

extension StreamUse {
  /// The memory that is written next.
  var nextMemory: next_memory {
    next_memory(
      bytes: target?.baseAddress?.assumingMemoryBound(to: UInt8.self), size: target?.count ?? 0)
  }
}

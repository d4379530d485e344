/// How often each byte occurs.
struct ByteHistogram {
  fileprivate var counts = [UInt32](repeating: 0, count: 256)
  private var total = 0

  /// Counts the bytes of a buffer.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    total += bytes.count
    counts.withUnsafeMutableBufferPointer { counts in
      for index in 0..<bytes.count { counts[Int(bytes[index])] &+= 1 }
    }
  }

  /// What an optimal Huffman code takes on average, without its table.
  ///
  /// Each merge of the two lightest subtrees adds one bit to everything under them. Miller and
  /// Madow's correction adds what a sample hides, because it fits itself too well.
  var huffmanBitsPerByte: Double {
    guard total > 0 else { return 0 }
    let leaves = sortedCounts
    // Merged weights come out in ascending order, so two queues stand in for a heap.
    var merged: [Int] = []
    var (leaf, inner, bits) = (0, 0, 0)
    func takeLightest() -> Int {
      if inner == merged.count || (leaf < leaves.count && leaves[leaf] <= merged[inner]) {
        leaf += 1
        return leaves[leaf - 1]
      }
      inner += 1
      return merged[inner - 1]
    }
    while merged.count + 1 < leaves.count {
      let weight = takeLightest() + takeLightest()
      bits += weight
      merged.append(weight)
    }
    let correction = Double(leaves.count - 1) * 0.721_347_520_444
    return min(8, (Double(bits) + correction) / Double(total))
  }
}

extension ByteHistogram {
  /// The counts that are not 0, in ascending order: sorted by their bytes, which takes a tenth of
  /// comparing them.
  fileprivate var sortedCounts: [Int] {
    var sorted = counts.filter { $0 > 0 }
    var shift: UInt32 = 0
    while shift < 32, sorted.contains(where: { $0 >> shift > 0 }) {
      var starts = [Int](repeating: 0, count: 257)
      for count in sorted { starts[Int(count >> shift & 0xFF) + 1] += 1 }
      for digit in 1..<257 { starts[digit] += starts[digit - 1] }
      var next = sorted
      for count in sorted {
        let digit = Int(count >> shift & 0xFF)
        next[starts[digit]] = count
        starts[digit] += 1
      }
      sorted = next
      shift += 8
    }
    return sorted.map(Int.init)
  }
}

/// The logarithm to base 2 of a positive number, to a millionth.
///
/// The C library's differs between machines in its last bit; this one does not, and neither do the
/// choices that hang on it. Source: ln m = 2 artanh((m - 1) / (m + 1)), as a series.
func binaryLogarithm(_ number: Int) -> Double {
  let exponent = Int.bitWidth - 1 - number.leadingZeroBitCount
  let mantissa = Double(number) / Double(1 << exponent)
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  let series = 1 + square * (1 / 3.0 + square * (1 / 5.0 + square * (1 / 7.0 + square / 9.0)))
  return Double(exponent) + 2 * s * series * 1.442_695_040_888_963_4
}

/// The entropy, in bytes, of `count` independent yes-no answers with `yes` times yes.
func maskEntropy(yes: Int, of count: Int) -> Double {
  guard yes > 0, yes < count else { return 0 }
  let no = count - yes
  let bits =
    Double(count) * binaryLogarithm(count)
    - Double(yes) * binaryLogarithm(yes) - Double(no) * binaryLogarithm(no)
  return bits / 8
}

internal import CKernels

/// How often each byte occurs.
struct ByteHistogram {
  private(set) var counts = [UInt32](repeating: 0, count: 256)
  private(set) var total = 0

  init() {}

  /// Counts the bytes of a buffer.
  init(of bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    total = bytes.count
    byte_histogram(base.assumingMemoryBound(to: UInt8.self), bytes.count, &counts)
  }

  /// Counts one part of `2^halvings` of a stream, and each byte once that occurs elsewhere only.
  init(sampling stream: UnsafeRawBufferPointer, halvings: UInt32, _ kernels: KernelPath) {
    guard let base = stream.baseAddress else { return }
    sampled_byte_histogram(
      kernels.selector, base.assumingMemoryBound(to: UInt8.self), stream.count, halvings, &counts)
    total = counts.reduce(0) { $0 + Int($1) }
  }

  /// The entropy of a byte in bits, from 0 to 8.
  ///
  /// Miller and Madow's correction ("Note on the bias of information estimates", 1955) adds what a
  /// sample hides, because it fits itself too well.
  var bitsPerByte: Double {
    guard total > 0 else { return 0 }
    var bits = Double(total) * binaryLogarithm(total)
    var kinds = 0
    for count in counts where count > 0 {
      bits -= Double(count) * binaryLogarithm(Int(count))
      kinds += 1
    }
    let correction = Double(kinds - 1) * 0.721_347_520_444
    return min(8, (bits + correction) / Double(total))
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

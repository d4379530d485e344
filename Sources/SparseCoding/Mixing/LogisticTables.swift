internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The logistic function and the way back, as tables.
///
/// No entry comes so near to a half that another C library could round it otherwise; a test has the
/// sums of both. Logits are in parts of 2^8, probabilities in parts of 2^16.
struct LogisticTables: Sendable {
  static let shared = LogisticTables()

  /// The probability of each logit from -2048 to 2047.
  let squash: [UInt16]
  /// The logit of each probability, in parts of 2^12 and a half.
  let stretch: [Int16]

  private init() {
    squash = (-2048...2047).map { logit in
      UInt16(min(max((65_536 / (1 + exp(-Double(logit) / 256))).rounded(), 16), 65_520))
    }
    stretch = (0..<4096).map { part in
      let probability = Double(part) + 0.5
      return Int16(min(max((256 * log(probability / (4096 - probability))).rounded(), -2047), 2047))
    }
  }

  /// The tables in C, valid as long as `scratch` keeps them.
  func copied(to scratch: ScratchStack) -> logistic_tables {
    logistic_tables(
      squash: scratch.copy(squash).baseAddress, stretch: scratch.copy(stretch).baseAddress)
  }
}

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Makes one probability of several, as a sum of their logits whose weights it learns.
///
/// Source: Mahoney, "Adaptive weighing of context models for lossless data compression" (2005).
/// Logits are in parts of 2^8, probabilities and weights in parts of 2^16.
struct LogisticMixer {
  static let inputCount = 6
  private static let firstWeight: Int64 = 13_000
  /// The learning rate is 2^-shift in these units: about 0.002.
  private static let shift: Int64 = 17

  /// The weights of each set, one set after the other.
  private let weights: UnsafeMutableBufferPointer<Int64>
  private var logits = InlineArray<6, Int64>(repeating: 0)
  private var probability: Int64 = 0
  /// Where the weights of the set begin that was mixed last.
  private var first = 0
  private let squash: UnsafeBufferPointer<UInt16>
  private let stretch: UnsafeBufferPointer<Int16>

  /// A mixer with some sets of weights, for bits of different kinds.
  init(sets: Int = 1, _ scratch: ScratchStack) {
    weights = scratch.take(sets * Self.inputCount, of: Self.firstWeight)
    squash = scratch.copy(LogisticTables.shared.squash)
    stretch = scratch.copy(LogisticTables.shared.stretch)
  }

  /// Takes an input.
  @inline(__always)
  mutating func set(_ index: Int, _ input: RunningMean) {
    logits[unchecked: index] = Int64(stretch[Int(input.value &>> 4)])
  }

  /// The probability of a one by the weights of a set, from 16 to 65,520.
  @inline(__always)
  mutating func mix(set: Int = 0) -> UInt32 {
    first = set &* Self.inputCount
    var sum: Int64 = 0
    for index in 0..<Self.inputCount {
      sum &+= weights[first &+ index] &* logits[unchecked: index]
    }
    let logit = min(max(sum &>> 16, -2048), 2047)
    probability = Int64(squash[Int(logit &+ 2048)])
    return UInt32(truncatingIfNeeded: probability)
  }

  /// Learns a bit: 65,535 for a one, else 0.
  @inline(__always)
  mutating func learn(_ target: Int32) {
    let error = Int64(target) &- probability
    for index in 0..<Self.inputCount {
      let change = logits[unchecked: index] &* error &+ 1 &<< (Self.shift &- 1)
      weights[first &+ index] &+= change &>> Self.shift
    }
  }
}

/// The logistic function and the way back, as tables.
///
/// No entry comes so near to a half that another C library could round it otherwise; a test has the
/// sums of both.
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
}

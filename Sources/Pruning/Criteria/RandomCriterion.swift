internal import ModelGraph

/// A number drawn for each weight from the seed, its tensor and its place: the baseline that every
/// other criterion has to beat.
public struct RandomCriterion: SaliencyCriterion {
  /// The word for it.
  public let name = "random"
  /// One line for the help text.
  public let summary = "weights go in a random order given by the seed"
  /// The seed changes everything.
  public let usesSeed = true

  /// Makes the criterion.
  public init() {}

  /// Draws a key for each weight that is neither zero nor NaN.
  public func scores(of chunk: WeightChunk, into keys: UnsafeMutablePointer<UInt32>) {
    MagnitudeCriterion().scores(of: chunk, into: keys)
    let stream = Self.mix(chunk.seed &+ Self.mix(UInt64(chunk.tensor.index) &+ 1))
    for index in 0..<chunk.count where keys[index] != 0 && keys[index] != SaliencyKey.notANumber {
      let drawn = Self.mix(stream &+ UInt64(chunk.start + index) &* 0x9E37_79B9_7F4A_7C15)
      // Neither 0 nor the key of NaN.
      keys[index] = min(max(UInt32(truncatingIfNeeded: drawn >> 32), 1), .max - 1)
    }
  }

  /// The drawn number.
  public func number(of key: UInt32) -> Double {
    key == SaliencyKey.notANumber ? .nan : Double(key)
  }

  /// Nothing: a drawn number is no magnitude.
  public func key(ofThreshold threshold: Double) -> UInt32? { nil }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  @inline(__always)
  package static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

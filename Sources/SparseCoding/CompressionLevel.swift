/// How much time encoding may take; decoding is fast at every level.
public enum CompressionLevel: String, Sendable, Hashable, CaseIterable {
  /// Codes the candidate with the best estimate.
  case fast
  /// Also codes the runners-up that are close.
  case balanced
  /// Tries everything, with the strongest matching.
  case small
}

extension CompressionLevel {
  /// The level of zstd's match finder.
  var matcherLevel: Int32 {
    switch self {
    case .fast: 1
    case .balanced: 3
    case .small: 19
    }
  }

  /// The share by which a candidate's estimate may exceed the first one's and still be coded.
  var tolerance: Double {
    switch self {
    case .fast: 0
    case .balanced: 0.015
    case .small: 0.06
    }
  }

  /// The bytes by which it may exceed it: estimates leave out tables, which matter when small.
  var slack: Double {
    switch self {
    case .fast: 64
    case .balanced: 256
    case .small: 4096
    }
  }
}

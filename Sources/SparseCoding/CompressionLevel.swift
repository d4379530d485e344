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

  /// The level of zstd's match finder for text and for elements that repeat each other.
  ///
  /// The strongest makes text a twentieth smaller and tables a third, at a tenth of the speed.
  var strongMatcherLevel: Int32 {
    switch self {
    case .fast: 3
    case .balanced: 9
    case .small: 19
    }
  }

  /// The estimate up to which a runner-up of the first coded candidate is coded, too.
  ///
  /// Estimates leave out tables, of which kinds of streams have more or fewer: 32 bytes find
  /// seven eighths of what 128 do, with a third as much coded in vain.
  func limit(after first: Double) -> Double {
    switch self {
    case .fast: first
    case .balanced: first + 32
    case .small: first * 1.06 + 4096
    }
  }
}

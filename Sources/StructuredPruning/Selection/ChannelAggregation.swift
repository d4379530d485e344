#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How scores of several members become one for each index.
public enum ChannelReduction: String, Hashable, Sendable, CaseIterable {
  case mean, max, sum, product, first
}

/// How scores are made comparable.
public enum ChannelNormalizer: String, Hashable, Sendable, CaseIterable {
  /// They stay as they are.
  case none
  /// Divided by their mean.
  case mean
  /// Divided by the largest.
  case max
  /// Moved to mean 0 and divided by the standard deviation.
  case standardise
}

/// How the scores that members give become one for each index of a dimension.
///
/// Each member's scores are normalised, so that a large layer does not outvote a small one, then
/// reduced, then normalised once more, so that dimensions can be ranked together.
public struct ChannelAggregation: Hashable, Sendable {
  /// How members become one.
  public var reduction: ChannelReduction
  /// How scores are made comparable.
  public var normalizer: ChannelNormalizer

  /// Makes an aggregation.
  public init(reduction: ChannelReduction = .mean, normalizer: ChannelNormalizer = .mean) {
    self.reduction = reduction
    self.normalizer = normalizer
  }

  /// One score for each index; nil without members.
  public func combine(_ members: [[Double]]) -> [Double]? {
    guard let first = members.first else { return nil }
    let normalised = members.map(normalizer.normalised)
    var result = normalised[0]
    for other in normalised.dropFirst() where reduction != .first {
      for index in first.indices {
        switch reduction {
        case .mean, .sum: result[index] += other[index]
        case .max: result[index] = Swift.max(result[index], other[index])
        case .product: result[index] *= other[index]
        case .first: break
        }
      }
    }
    if reduction == .mean { result = result.map { $0 / Double(members.count) } }
    return normalizer.normalised(result)
  }
}

extension ChannelNormalizer {
  /// The scores in comparable form; a score that is not finite counts for nothing but itself.
  func normalised(_ scores: [Double]) -> [Double] {
    let finite = scores.filter(\.isFinite)
    guard self != .none, !finite.isEmpty else { return scores }
    let mean = finite.reduce(0, +) / Double(finite.count)
    switch self {
    case .none: return scores
    case .mean: return Self.divided(scores, by: mean)
    case .max: return Self.divided(scores, by: finite.max() ?? 0)
    case .standardise:
      let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count)
      return Self.divided(scores.map { $0 - mean }, by: sqrt(variance))
    }
  }

  /// Scores that are all alike stay.
  private static func divided(_ scores: [Double], by number: Double) -> [Double] {
    number > 0 && number.isFinite ? scores.map { $0 / number } : scores
  }
}

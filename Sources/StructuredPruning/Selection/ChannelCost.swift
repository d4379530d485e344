internal import ByteStorage
internal import ModelGraph

/// How large the parameters are, depending on how many indices dimensions keep.
///
/// Numbers are `Double`, because shapes may claim more than an `Int` can add up.
struct ChannelCost: Sendable {
  /// A tensor as it will be written.
  private struct Term: Hashable {
    let tensor: TensorID
    let axes: [AxisLayout]
  }

  private let terms: [Term]
  private let widths: [Int]
  private let table: DimensionTable

  /// Counts a tensor once, unless its readers may come to need different parts of it when the
  /// dimensions `changing` lose indices.
  init(_ layouts: ParameterLayouts, changing: Set<DimensionID>) {
    var known: Set<Term> = []
    var terms: [Term] = []
    for use in layouts.uses {
      let axes = use.axes.map { axis in
        let axis = layouts.table.resolved(axis)
        let changes = axis.dimensions.contains(where: changing.contains)
        return changes ? axis : .fixed(layouts.table.size(axis))
      }
      let term = Term(tensor: use.tensor, axes: axes)
      if known.insert(term).inserted { terms.append(term) }
    }
    self.terms = terms
    widths = terms.map { layouts.model[$0.tensor].elementType.bitWidth ?? 0 }
    table = layouts.table
  }

  /// How many parameters there are.
  func parameters(keeping count: (DimensionID) -> Int) -> Double {
    terms.reduce(0) { $0 + elements($1, count) }
  }

  /// How many bytes the parameters take.
  func bytes(keeping count: (DimensionID) -> Int) -> Double {
    zip(terms, widths).reduce(0) { total, term in
      total + (elements(term.0, count) * Double(term.1) / 8).rounded(.up)
    }
  }

  private func elements(_ term: Term, _ count: (DimensionID) -> Int) -> Double {
    term.axes.reduce(1) { $0 * Double(table.size(of: $1, keeping: count)) }
  }
}

/// The smallest share at which a cost that falls with the share is not above a target.
enum TargetSearch {
  private static let evaluations = 40

  /// Bisects; nil when even the share 1 does not do.
  static func ratio(target: Double, cost: (Double) -> Double) -> Double? {
    if cost(0) <= target { return 0 }
    guard cost(1) <= target else { return nil }
    var (above, below) = (0.0, 1.0)
    for _ in 2..<evaluations {
      let middle = (above + below) / 2
      if cost(middle) <= target { below = middle } else { above = middle }
    }
    return below
  }
}

internal import ModelGraph

/// Looks up the shares that some weights have for themselves, and remembers which selectors matched.
struct ShareTable {
  private let shares: [SelectedShare]
  private var wasMatched: [Bool]

  init(_ shares: [SelectedShare]) {
    self.shares = shares
    wasMatched = Array(repeating: false, count: shares.count)
  }

  /// The selectors that matched none of the weights that were asked for.
  var unmatchedSelectors: [Selector] {
    zip(shares, wasMatched).filter { !$0.1 }.map(\.0.selector)
  }

  /// The share of the last selector that matches.
  mutating func share(of weight: PrunableWeight, _ tensor: Tensor) -> Double? {
    let selectable = SelectableTensor(
      name: tensor.name, readers: weight.readers, elementCount: tensor.shape.elementCount)
    var share: Double?
    for (index, own) in shares.enumerated() where own.selector.matches(selectable) {
      wasMatched[index] = true
      share = own.share
    }
    return share
  }
}

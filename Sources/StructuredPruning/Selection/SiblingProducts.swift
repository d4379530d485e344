/// Which dimensions are multiplied with each other in some axis, such as heads and their depth.
///
/// Work and memory are linear in the occurrences: pairs are never listed.
struct SiblingProducts {
  /// A factor of a product.
  private struct Place {
    let product: Int
    let factor: Int
  }

  /// For each occurrence of a dimension, the factors it lies in, outermost first.
  private var paths: [DimensionID: [[Place]]] = [:]
  /// How often chosen dimensions occur in each product, and in each factor.
  private var chosenInProduct: [Int] = []
  private var chosenInFactor: [Int] = []

  /// Adds the products of a resolved layout.
  mutating func add(_ layout: AxisLayout) {
    var pending = [(layout: layout, path: [Place]())]
    while let (layout, path) = pending.popLast() {
      for segment in layout.segments {
        let factors = segment.filter { !$0.isFixed }
        let isProduct = factors.count > 1
        if isProduct { chosenInProduct.append(0) }
        for factor in factors {
          let inner = isProduct ? path + [makePlace()] : path
          switch factor {
          case .fixed: break
          case .dimension(let id): if !inner.isEmpty { paths[id, default: []].append(inner) }
          case .sum(let layout): pending.append((layout, inner))
          case .interleaved(let parts): pending += parts.map { ($0, inner) }
          }
        }
      }
    }
  }

  /// True when a chosen dimension is multiplied with this one.
  func hasChosenSibling(_ id: DimensionID) -> Bool {
    (paths[id] ?? []).joined().contains {
      chosenInProduct[$0.product] > chosenInFactor[$0.factor]
    }
  }

  mutating func choose(_ id: DimensionID) {
    for place in (paths[id] ?? []).joined() {
      chosenInProduct[place.product] += 1
      chosenInFactor[place.factor] += 1
    }
  }

  private mutating func makePlace() -> Place {
    chosenInFactor.append(0)
    return Place(product: chosenInProduct.count - 1, factor: chosenInFactor.count - 1)
  }
}

extension AxisLayout.Factor {
  /// True for positions nobody may remove.
  var isFixed: Bool {
    guard case .fixed = self else { return false }
    return true
  }
}

/// One axis of a tensor as somebody sees it, in terms of the stored elements.
public struct StridedAxis: Hashable, Sendable {
  /// How many entries it has.
  public var length: Int
  /// How many stored elements lie from one entry to the next.
  public var stride: Int

  /// Makes an axis.
  public init(length: Int, stride: Int) {
    self.length = length
    self.stride = stride
  }

  /// The entry of this axis that a stored element belongs to.
  @inline(__always)
  func entry(of element: Int) -> Int { element / stride % length }
}

/// A tensor as an operator sees it after transposes and reshapes, while it is still a view of the
/// stored elements: each axis steps by a fixed number of them.
///
/// Every element is seen exactly once, and strides are products of stored sizes, so that the entry of
/// an axis can be told from the stored place alone.
struct TrackedView: Hashable {
  private(set) var axes: [StridedAxis]

  /// The tensor as it is stored; nil when it has no elements.
  init?(stored dimensions: [Int]) {
    guard !dimensions.contains(0) else { return nil }
    axes = []
    var stride = 1
    for length in dimensions.reversed() {
      axes.append(StridedAxis(length: length, stride: stride))
      stride *= length
    }
    axes.reverse()
  }

  private init(axes: [StridedAxis]) {
    self.axes = axes
  }

  var dimensions: [Int] { axes.map(\.length) }

  /// True when the elements stand in the order they are stored.
  var isStorageOrder: Bool {
    TrackedView(stored: dimensions)?.significant == significant
  }

  private var significant: [StridedAxis] { axes.filter { $0.length > 1 } }

  /// The axis of that number, negative ones counted from the end.
  func axis(_ number: Int) -> StridedAxis? {
    let index = number < 0 ? number + axes.count : number
    return axes.indices.contains(index) ? axes[index] : nil
  }

  /// The view with its axes in another order; nil when `order` is none.
  func transposed(_ order: [Int]) -> TrackedView? {
    guard order.sorted() == Array(axes.indices) else { return nil }
    return TrackedView(axes: order.map { axes[$0] })
  }

  /// The view in another shape of as many elements; nil when that is no view any more.
  ///
  /// Runs of old axes and runs of new ones with equal products correspond (as in NumPy's reshape
  /// without a copy). A run can be cut anew when its axes follow one another in storage.
  func reshaped(_ dimensions: [Int]) -> TrackedView? {
    guard dimensions.allSatisfy({ $0 > 0 }) else { return nil }
    var old = significant[...]
    var result: [StridedAxis] = []
    var pending = dimensions.filter { $0 > 1 }[...]
    while let first = old.popFirst() {
      var run = [first]
      var cut: [Int] = []
      var (oldProduct, newProduct) = (first.length, 1)
      while oldProduct != newProduct {
        if newProduct < oldProduct {
          guard let next = pending.popFirst() else { return nil }
          let (product, overflow) = newProduct.multipliedReportingOverflow(by: next)
          guard !overflow else { return nil }
          newProduct = product
          cut.append(next)
        } else {
          guard let next = old.popFirst() else { return nil }
          oldProduct *= next.length
          run.append(next)
        }
      }
      guard let axes = Self.recut(run, into: cut) else { return nil }
      result += axes
    }
    return pending.isEmpty ? TrackedView(axes: Self.fill(dimensions, with: result)) : nil
  }

  /// The axes `lengths` that cover the same elements as `run`; nil when `run` is not in one piece.
  private static func recut(_ run: [StridedAxis], into lengths: [Int]) -> [StridedAxis]? {
    if run.count == 1, lengths.count == 1 { return run }
    for (outer, inner) in zip(run, run.dropFirst()) {
      guard outer.stride == inner.length * inner.stride else { return nil }
    }
    var stride = run.last?.stride ?? 1
    var axes: [StridedAxis] = []
    for length in lengths.reversed() {
      axes.append(StridedAxis(length: length, stride: stride))
      stride *= length
    }
    return axes.reversed()
  }

  /// Puts axes of length 1 back where the shape has them.
  private static func fill(_ dimensions: [Int], with axes: [StridedAxis]) -> [StridedAxis] {
    var rest = axes[...]
    return dimensions.map { length in
      length == 1
        ? StridedAxis(length: 1, stride: 1) : rest.popFirst() ?? StridedAxis(length: 1, stride: 1)
    }
  }
}

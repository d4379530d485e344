internal import ByteStorage
internal import ModelGraph

/// Reshape: the same positions in other axes.
struct ReshapeRule: OperatorRule {
  var operators: [String] { ["Reshape"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0) else {
      return
    }
    structure.setView(node, Self.regroup(axes, into: shape, at: node, &structure))
  }

  /// The axes of the same positions in another shape.
  ///
  /// Axes are matched in the smallest runs of equal size, so that a run that only moves is untouched.
  static func regroup(
    _ axes: [AxisLayout], into shape: [Int], at node: NodeContext, _ structure: inout Structure
  ) -> [AxisLayout] {
    var result: [AxisLayout] = []
    var (taken, made) = (0, 0)
    while made < shape.count {
      var (sources, targets) = (taken..<taken, made..<made + 1)
      var (available, needed) = (1, shape[made])
      while available != needed {
        if available < needed || needed == 0, sources.upperBound < axes.count {
          let size = structure.size(axes[sources.upperBound])
          available = available.multipliedReportingOverflow(by: size).partialValue
          sources = taken..<sources.upperBound + 1
        } else if targets.upperBound < shape.count {
          let size = shape[targets.upperBound]
          needed = needed.multipliedReportingOverflow(by: size).partialValue
          targets = made..<targets.upperBound + 1
        } else {
          return result + shape[made...].map { .fixed($0) }
        }
      }
      result += Self.run(
        Array(axes[sources]), Array(shape[targets]), at: node, &structure)
      (taken, made) = (sources.upperBound, targets.upperBound)
    }
    return result
  }

  private static func run(
    _ axes: [AxisLayout], _ shape: [Int], at node: NodeContext, _ structure: inout Structure
  ) -> [AxisLayout] {
    let axes = axes.filter { structure.size($0) != 1 }
    if shape.count(where: { $0 != 1 }) == 1, let size = shape.first(where: { $0 != 1 }) {
      return shape.map { $0 == size ? .product(axes) : .fixed(1) }
    }
    let result = shape.map { structure.makeAxis($0) }
    structure.equate(.product(result), .product(axes), at: node)
    return result
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard let target = change.newShape(), let source = change.newShape(input: 0) else { return [:] }
    let copiesZero = change.context.node.integer("allowzero") == 0
    return [
      1: ArgumentRequirement(target) { elements in
        Self.effective(elements, of: source, copiesZero: copiesZero) == target
      }
    ]
  }

  /// The shape that a target with `0` and `-1` in it means; nil when it means none.
  static func effective(_ elements: [Int], of source: [Int], copiesZero: Bool) -> [Int]? {
    var shape = elements
    for (index, element) in elements.enumerated() where element == 0 && copiesZero {
      guard index < source.count else { return nil }
      shape[index] = source[index]
    }
    guard let open = shape.firstIndex(of: -1) else { return shape }
    shape[open] = 1
    guard let rest = Shape(shape)?.elementCount, let total = Shape(source)?.elementCount, rest > 0,
      total % rest == 0
    else { return nil }
    shape[open] = total / rest
    return shape
  }
}

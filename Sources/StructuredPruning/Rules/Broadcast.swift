internal import ModelGraph

/// numpy's broadcasting of layouts: aligned at the last axis, axes of one say nothing.
enum Broadcast {
  /// The layouts of a result that several operands have together.
  static func axes(
    _ operands: [[AxisLayout]], _ shape: [Int], at node: NodeContext,
    _ structure: inout Structure
  ) -> [AxisLayout] {
    var result: [AxisLayout?] = Array(repeating: nil, count: shape.count)
    for axes in operands where axes.count <= shape.count {
      let missing = shape.count - axes.count
      for (place, axis) in axes.enumerated() {
        let size = shape[missing + place]
        guard size > 1, structure.size(axis) == size else { continue }
        if let known = result[missing + place] {
          structure.equate(known, axis, at: node)
        } else {
          result[missing + place] = axis
        }
      }
    }
    return zip(result, shape).map { $0 ?? .fixed($1) }
  }
}

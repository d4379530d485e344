internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// Scales and zero points of quantised operators: single numbers pass, vectors freeze.
enum QuantizationScale {
  static func relate(
    _ node: NodeContext, input: Int, _ axes: [AxisLayout]?, _ structure: inout Structure
  ) {
    guard let axes, axes.contains(where: { structure.size($0) > 1 }) else { return }
    structure.freezeAll(node, "has scales per channel in a form that is not followed")
  }
}

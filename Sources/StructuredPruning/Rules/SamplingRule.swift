internal import ByteStorage
internal import ModelGraph

/// Operators that read a feature map at places that are data: channels pass.
struct SamplingRule: OperatorRule {
  var operators: [String] { ["GridSample", "RoiAlign", "MaxRoiPool"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), axes.count >= 2,
      let shape = node.shape(output: 0), shape.count >= 2
    else { return }
    for index in node.node.inputs.indices where index > 0 {
      structure.freeze(node, input: index, "takes it for places")
    }
    let first = shape[0] == structure.size(axes[0]) ? axes[0] : .fixed(shape[0])
    structure.set(node, [first, axes[1]] + shape[2...].map { .fixed($0) })
  }
}

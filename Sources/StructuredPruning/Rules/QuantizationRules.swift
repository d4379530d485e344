internal import ByteStorage
internal import ModelGraph

/// Quantisation and its inverse: scales for the whole, or for each position of an axis.
struct QuantizationRule: OperatorRule {
  var operators: [String] {
    [
      "QuantizeLinear", "DequantizeLinear", "com.microsoft.QuantizeLinear",
      "com.microsoft.DequantizeLinear",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    for index in [1, 2] {
      guard let scale = structure.axes(node, input: index) else { continue }
      if scale.count == 1, structure.size(scale[0]) > 1 {
        guard let axis = node.axis(node.node.integer("axis", default: 1), rank: axes.count) else {
          return
        }
        structure.equate(axes[axis], scale[0], at: node)
      } else if scale.count == axes.count, scale.count > 1 {
        for (own, other) in zip(axes, scale) {
          if structure.size(own) == structure.size(other) {
            structure.equate(own, other, at: node)
          } else {
            structure.freeze(own, at: node, "quantises it in blocks")
          }
        }
      }
    }
    structure.setView(node, axes)
  }
}

/// The dynamic kind: one scale for all, found at run time.
struct DynamicQuantizationRule: OperatorRule {
  var operators: [String] { ["DynamicQuantizeLinear"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    // The range of what stays is another.
    for axis in axes { structure.markMixed(axis, at: node) }
    structure.set(node, axes)
    structure.set(node, output: 1, [])
    structure.set(node, output: 2, [])
  }
}

/// Convolutions on integers: as on real numbers, scales go with the channels.
struct QuantizedConvolutionRule: OperatorRule {
  var operators: [String] { ["ConvInteger", "QLinearConv"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let isLinear = node.node.operatorType == "QLinearConv"
    let weight = isLinear ? 3 : 1
    guard let kernel = structure.axes(node, input: weight), kernel.count >= 3 else { return }
    for index in isLinear ? [4, 5] : [3] {
      guard let scale = structure.axis(node, input: index, 0), structure.size(scale) > 1 else {
        continue
      }
      structure.equate(scale, kernel[0], at: node)
    }
    Convolution(data: 0, weight: weight, bias: isLinear ? 8 : nil).relate(node, &structure)
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    let weight = change.context.node.operatorType == "QLinearConv" ? 3 : 1
    return Convolution(data: 0, weight: weight, bias: nil).attributes(change)
  }
}

/// Position by position on integers with scales.
struct QuantizedElementwiseRule: OperatorRule {
  var operators: [String] {
    [
      "com.microsoft.QLinearAdd", "com.microsoft.QLinearMul", "com.microsoft.QLinearSigmoid",
      "com.microsoft.QLinearLeakyRelu",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    let isBinary = node.node.operatorType == "QLinearAdd" || node.node.operatorType == "QLinearMul"
    let data = (isBinary ? [0, 3] : [0]).compactMap { structure.axes(node, input: $0) }
    structure.set(node, Broadcast.axes(data, shape, at: node, &structure))
  }
}

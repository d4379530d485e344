internal import ByteStorage
internal import ModelGraph

/// Operators that work position by position, with numpy's broadcasting between their inputs.
struct ElementwiseRule: OperatorRule {
  var operators: [String] {
    [
      "Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BitShift",
      "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Ceil", "Celu", "Clip", "Cos", "Cosh",
      "Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater", "GreaterOrEqual",
      "HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log",
      "Max",
      "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "PRelu", "Reciprocal", "Relu",
      "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Sub",
      "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor", "com.microsoft.BiasGelu",
      "com.microsoft.FastGelu", "com.microsoft.Gelu", "com.microsoft.QuickGelu",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    var result: [AxisLayout?] = Array(repeating: nil, count: shape.count)
    for index in node.node.inputs.indices {
      guard let axes = structure.axes(node, input: index), axes.count <= shape.count else {
        continue
      }
      let missing = shape.count - axes.count
      for (place, axis) in axes.enumerated() {
        // An axis of one is stretched, whatever the others mean.
        guard structure.size(axis) == shape[missing + place], shape[missing + place] > 1 else {
          continue
        }
        if let known = result[missing + place] {
          structure.equate(known, axis, at: node)
        } else {
          result[missing + place] = axis
        }
      }
    }
    structure.set(node, zip(result, shape).map { $0 ?? .fixed($1) })
  }
}

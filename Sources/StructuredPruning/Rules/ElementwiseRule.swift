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
      "Max", "Mean", "Min", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "PRelu",
      "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh",
      "Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Swish", "Tan", "Tanh", "ThresholdedRelu",
      "Where", "Xor", "com.microsoft.BiasGelu", "com.microsoft.FastGelu", "com.microsoft.Gelu",
      "com.microsoft.QuickGelu",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    let operands = node.node.inputs.indices.compactMap { structure.axes(node, input: $0) }
    structure.set(node, Broadcast.axes(operands, shape, at: node, &structure))
  }
}

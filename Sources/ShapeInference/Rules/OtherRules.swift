internal import ByteStorage
internal import ModelGraph

/// Quantisation and its inverse.
struct QuantizationRule: ShapeRule {
  var operators: [String] {
    [
      "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
      "com.microsoft.QuantizeLinear", "com.microsoft.DequantizeLinear",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let shape = try call.shape()
    switch call.node.operatorType {
    case "DynamicQuantizeLinear":
      return [
        try call.facts(shape, .uint8), try call.facts([], .float32), try call.facts([], .uint8),
      ]
    case "DequantizeLinear":
      return try call.output(shape, call.optional(1)?.elementType)
    default:
      return try call.output(shape, call.optional(2)?.elementType ?? .uint8)
    }
  }
}

/// Values read at places that are data.
struct SamplingRule: ShapeRule {
  var operators: [String] { ["GridSample", "RoiAlign", "MaxRoiPool"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 4)
    let places = try call.shape(1, minimumRank: 2)
    let type = call.optional(0)?.elementType
    switch call.node.operatorType {
    case "GridSample":
      return try call.output(Array(data[..<2]) + places[1..<places.count - 1], type)
    case "RoiAlign":
      let (height, width) = (
        call.node.integer("output_height", default: 1),
        call.node.integer("output_width", default: 1)
      )
      return try call.output([places[0], data[1], height, width], type)
    default:
      guard let size = call.list("pooled_shape") else {
        throw .contradiction("there is no pooled_shape")
      }
      return try call.output([places[0], data[1]] + size, type)
    }
  }
}

/// If: what both branches say of their outputs, or the one that will run.
struct BranchRule: ShapeRule {
  var operators: [String] { ["If"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    var branches: [[TensorFacts?]] = []
    let condition = call.optional(0)?.integers?.first
    for name: ByteString in ["then_branch", "else_branch"] {
      if let condition, (condition != 0) != (name == "then_branch") { continue }
      guard let graph = call.node.attribute(name)?.graphIDs.first,
        call.model.graphs.indices.contains(graph.index)
      else { throw .contradiction("a branch is missing") }
      branches.append(call.model[graph].outputs.map { Self.facts(of: $0.type) })
    }
    guard let first = branches.first else { return [] }
    return first.indices.map { index in
      branches.allSatisfy { $0.indices.contains(index) && $0[index] == first[index] }
        ? first[index] : nil
    }
  }

  private static func facts(of type: ValueType) -> TensorFacts? {
    guard case .tensor(let elementType, let dimensions?) = type else { return nil }
    let sizes = dimensions.compactMap { dimension -> Int? in
      guard case .fixed(let size) = dimension else { return nil }
      return size
    }
    guard sizes.count == dimensions.count, Shape(sizes) != nil else { return nil }
    return TensorFacts(elementType: elementType, shape: sizes)
  }
}

internal import ByteStorage
internal import ModelGraph

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

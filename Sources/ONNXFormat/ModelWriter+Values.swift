internal import ByteStorage
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelWriter {
  /// The message of a value: its annotation, changed where the value says otherwise.
  func write(_ value: Value) throws -> Proto<ValueInfoProto> {
    let proto = try message(value.annotation, onnx__value_info_proto__init)
    try put(value.name, &proto.pointee.has_name, &proto.pointee.name)
    guard case .tensor(let type, let dimensions) = value.type,
      ModelReader.valueType(proto.pointee.type) != value.type
    else { return proto }
    let typeProto = try proto.pointee.type ?? message([], onnx__type_proto__init)
    proto.pointee.type = typeProto
    let isTensor = typeProto.pointee.value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
    let tensor =
      try (isTensor ? typeProto.pointee.tensor_type : nil)
      ?? message([], onnx__type_proto__tensor__init)
    typeProto.pointee.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
    typeProto.pointee.tensor_type = tensor
    if let type {
      tensor.pointee.has_elem_type = 1
      tensor.pointee.elem_type = Int32(type.rawValue)
    }
    try set(dimensions, tensor)
    return proto
  }

  private func set(
    _ dimensions: [Dimension]?, _ tensor: Proto<Onnx__TypeProto__Tensor>
  ) throws {
    guard let dimensions else {
      tensor.pointee.shape = nil
      return
    }
    let shape = try tensor.pointee.shape ?? message([], onnx__tensor_shape_proto__init)
    tensor.pointee.shape = shape
    let known = messages(shape.pointee.dim, shape.pointee.n_dim)
    let protos = try dimensions.enumerated().map { index, dimension in
      let proto =
        try index < known.count
        ? known[index] : message([], onnx__tensor_shape_proto__dimension__init)
      if ModelReader.dimension(proto) != dimension { try set(dimension, proto) }
      return proto
    }
    shape.pointee.n_dim = protos.count
    shape.pointee.dim = try list(protos)
  }

  private func set(_ dimension: Dimension, _ proto: Proto<DimensionProto>) throws {
    switch dimension {
    case .fixed(let size):
      proto.pointee.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
      proto.pointee.dim_value = Int64(size)
    case .symbolic(let name):
      proto.pointee.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
      proto.pointee.dim_param = try arena.data(name.bytes)
    case .unknown:
      proto.pointee.value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE__NOT_SET
    }
  }
}

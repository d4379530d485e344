internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelReader {
  /// Reads a value; its annotation is the whole message.
  static func value(_ proto: Proto<ValueInfoProto>) -> Value {
    Value(
      name: ByteString(proto.pointee.name), type: valueType(proto.pointee.type),
      annotation: packed(proto))
  }

  /// The type of a value, as far as the model looks into it.
  static func valueType(_ proto: Proto<TypeProto>?) -> ValueType {
    guard let proto, proto.pointee.value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE,
      let tensor = proto.pointee.tensor_type?.pointee
    else { return .opaque }
    let type = UInt8(exactly: tensor.elem_type).flatMap(ElementType.init(rawValue:))
    let shape = tensor.shape?.pointee
    return .tensor(type, shape.map { messages($0.dim, $0.n_dim).map(dimension) })
  }

  static func dimension(_ proto: Proto<DimensionProto>) -> Dimension {
    switch proto.pointee.value_case {
    case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE where proto.pointee.dim_value >= 0:
      .fixed(Int(proto.pointee.dim_value))
    case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM where proto.pointee.dim_param.len > 0:
      .symbolic(ByteString(proto.pointee.dim_param))
    default: .unknown
    }
  }
}

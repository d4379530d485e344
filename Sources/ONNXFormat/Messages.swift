internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ProtobufWire

typealias ModelProto = Onnx__ModelProto
typealias GraphProto = Onnx__GraphProto
typealias NodeProto = Onnx__NodeProto
typealias AttributeProto = Onnx__AttributeProto
typealias TensorProto = Onnx__TensorProto
typealias SparseTensorProto = Onnx__SparseTensorProto
typealias ValueInfoProto = Onnx__ValueInfoProto
typealias TypeProto = Onnx__TypeProto
typealias FunctionProto = Onnx__FunctionProto
typealias TrainingInfoProto = Onnx__TrainingInfoProto
typealias OperatorSetIdProto = Onnx__OperatorSetIdProto
typealias EntryProto = Onnx__StringStringEntryProto
typealias DimensionProto = Onnx__TensorShapeProto__Dimension

/// A message in the C library's memory, to be changed in place.
typealias Proto<Message> = UnsafeMutablePointer<Message>
/// The C library's array of messages.
typealias ProtoList<Message> = UnsafeMutablePointer<Proto<Message>?>

/// The messages of a C array.
func messages<Message>(_ start: ProtoList<Message>?, _ count: Int) -> [Proto<Message>] {
  UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).compactMap { $0 }
}

/// The names of a C array.
func names(_ start: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int) -> [ByteString] {
  UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).map { ByteString($0) }
}

/// The values of a C array.
func elements<Value>(_ start: UnsafeMutablePointer<Value>?, _ count: Int) -> [Value] {
  [Value](UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
}

/// Takes a name out of its message.
///
/// An empty one stays, so that the annotation says whether it was there at all.
func take(_ isPresent: inout protobuf_c_boolean, _ name: ProtobufCBinaryData) -> ByteString {
  guard isPresent != 0, name.len > 0 else { return ByteString() }
  isPresent = 0
  return ByteString(name)
}

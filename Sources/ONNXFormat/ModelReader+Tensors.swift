internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelReader {
  /// Reads a tensor and gives it its id.
  mutating func tensor(_ proto: Proto<TensorProto>) throws -> TensorID {
    let place = place(of: proto)
    do {
      tensors.append(try draft(proto, place))
    } catch let error as ONNXError {
      throw ONNXError(error.rule, "\(place): \(error.detail)")
    }
    return TensorID(tensors.count - 1)
  }

  private func place(of proto: Proto<TensorProto>) -> String {
    let name = ByteString(proto.pointee.name)
    return name.isEmpty ? "a tensor of \(nodePlace)" : "tensor \"\(name)\""
  }

  private func draft(_ proto: Proto<TensorProto>, _ place: String) throws -> DraftTensor {
    let source = proto.pointee
    guard source.segment == nil else {
      throw ONNXError(.segment, "it is cut into segments, which no reader supports")
    }
    let shape = try shape(elements(source.dims, source.n_dims))
    guard let type = UInt8(exactly: source.data_type).flatMap(ElementType.init(rawValue:)) else {
      throw ONNXError(.elementType, "data type \(source.data_type) does not exist")
    }
    guard type == .string || type.byteCount(of: shape.elementCount) != nil else {
      throw ONNXError(.shape, "\(shape) of \(type.name) is too large")
    }
    let handles = elements(source.uint64_data, source.n_uint64_data).map { Int($0) }
    let contents = try payloads.contents(of: type, shape, in: handles)
    let external = try external(proto, contents, type, shape)
    if contents.form == .absent, external == nil { try checkAbsence(source, type, shape) }
    if contents.form != .absent, source.n_string_data > 0 {
      throw ONNXError(.dataTwice, "it has string_data and other data")
    }
    clear(proto, type, contents)
    return DraftTensor(
      name: take(&proto.pointee.has_name, source.name), elementType: type, shape: shape,
      annotation: packed(proto), source: contents.source, hole: contents.hole, external: external,
      place: place)
  }

  /// The shape of dimensions from a file.
  ///
  /// - Throws: `ONNXError` saying which rule the dimensions break.
  func shape(_ dimensions: [Int64]) throws -> Shape {
    if let negative = dimensions.first(where: { $0 < 0 }) {
      throw ONNXError(.shape, "dimension \(negative) is negative")
    }
    guard dimensions.count <= Shape.maximumRank else {
      throw ONNXError(.shape, "rank \(dimensions.count), at most \(Shape.maximumRank)")
    }
    guard let shape = Shape(dimensions.map { Int($0) }) else {
      throw ONNXError(.shape, "the product of its dimensions exceeds 64 bits")
    }
    return shape
  }

  /// Checks a tensor whose elements are neither in a numeric field nor in another file.
  private func checkAbsence(_ source: TensorProto, _ type: ElementType, _ shape: Shape) throws {
    let count = type == .string ? source.n_string_data : 0
    guard type == .string || source.n_string_data == 0 else {
      throw ONNXError(.dataField, "\(type.name) elements stand in string_data")
    }
    guard count == shape.elementCount else {
      throw ONNXError(
        .dataSize, "\(count) elements, but its shape \(shape) has \(shape.elementCount)")
    }
  }

  private func external(
    _ proto: Proto<TensorProto>, _ contents: TensorContents, _ type: ElementType, _ shape: Shape
  ) throws -> ExternalReference? {
    let source = proto.pointee
    guard source.has_data_location != 0, source.data_location.rawValue != 0 else { return nil }
    guard source.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL else {
      throw ONNXError(.dataField, "data location \(source.data_location.rawValue) does not exist")
    }
    guard contents.form == .absent, !contents.hasRaw, source.n_string_data == 0 else {
      throw ONNXError(.dataTwice, "it has data in the model and external data")
    }
    guard let size = type.byteCount(of: shape.elementCount) else {
      throw ONNXError(.dataField, "strings cannot stand in another file")
    }
    let entries = messages(source.external_data, source.n_external_data).map {
      (key: ByteString($0.pointee.key), value: ByteString($0.pointee.value))
    }
    return try ExternalReference(entries, byteCount: size)
  }

  /// Takes the modelled fields out of a message and leaves marks of the form of its elements.
  ///
  /// One element in a typed field: they stood there. `raw_data` empty: it was there, and empty; with
  /// one byte: it had a byte for each element.
  private func clear(_ proto: Proto<TensorProto>, _ type: ElementType, _ contents: TensorContents) {
    proto.pointee.n_dims = 0
    proto.pointee.has_data_type = 0
    proto.pointee.n_uint64_data = 0
    proto.pointee.has_raw_data = contents.hasRaw && contents.form != .raw ? 1 : 0
    proto.pointee.raw_data = ProtobufCBinaryData(len: 0, data: nil)
    if contents.form == .rawBytes { FormMark.setRawByte(proto) }
    if contents.form == .typed { FormMark.setTyped(proto, type) }
  }
}

internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelWriter {
  /// The message of a tensor, with a handle where its elements go.
  mutating func tensor(_ id: TensorID) throws -> Proto<TensorProto> {
    let tensor = model[id]
    let proto = try message(tensor.annotation, onnx__tensor_proto__init)
    let (form, hasRaw) = FormMark.take(proto)
    proto.pointee.n_dims = tensor.shape.rank
    proto.pointee.dims = try arena.copy(tensor.shape.dimensions.map { Int64($0) })
    proto.pointee.has_data_type = 1
    proto.pointee.data_type = Int32(tensor.elementType.rawValue)
    try put(tensor.name, &proto.pointee.has_name, &proto.pointee.name)
    guard let size = tensor.elementType.byteCount(of: tensor.shape.elementCount) else {
      return proto
    }
    guard tensor.contents.byteCount == size else {
      throw ONNXError(
        .contents, "tensor \"\(tensor.name)\" has \(tensor.contents.byteCount) bytes, not \(size)")
    }
    if let path = proto.externalPath {
      externals.append(ExternalTensor(proto: proto, tensor: id, path: path))
    } else {
      inlines.append(InlineTensor(proto: proto, tensor: id))
      try setElements(proto, id, tensor.isOriginal ? form : .raw, hasRaw)
    }
    return proto
  }

  /// The message of a sparse tensor.
  mutating func sparseTensor(_ sparse: SparseTensor) throws -> Proto<SparseTensorProto> {
    let proto = try message(sparse.annotation, onnx__sparse_tensor_proto__init)
    proto.pointee.values = try tensor(sparse.values)
    proto.pointee.indices = try tensor(sparse.indices)
    proto.pointee.n_dims = sparse.shape.rank
    proto.pointee.dims = try arena.copy(sparse.shape.dimensions.map { Int64($0) })
    return proto
  }

  private mutating func setElements(
    _ proto: Proto<TensorProto>, _ id: TensorID, _ form: DataForm, _ hasRaw: Bool
  ) throws {
    let tensor = model[id]
    proto.pointee.has_raw_data = hasRaw ? 1 : 0
    guard tensor.contents.byteCount > 0 else { return }
    switch form {
    case .typed: try setTyped(proto, id)
    case .rawBytes where tensor.elementType.isFloat6:
      let packed = try tensor.contents.bytes()
      try setRaw(
        proto, .bytes(Float6Elements.unpacked(packed, count: tensor.shape.elementCount)))
    default: try setRaw(proto, .tensor(id))
    }
  }

  private mutating func setRaw(_ proto: Proto<TensorProto>, _ payload: Payload) throws {
    proto.pointee.has_raw_data = 1
    proto.pointee.raw_data = ProtobufCBinaryData(
      len: 8, data: UnsafeMutableRawPointer(try handle(payload)).assumingMemoryBound(to: UInt8.self)
    )
  }

  /// Eight bytes that stand for a payload.
  private mutating func handle(_ payload: Payload) throws -> UnsafeMutablePointer<UInt64> {
    let number = UInt64(payloads.count).littleEndian
    payloads.append(payload)
    let (sum, overflow) = payloadSize.addingReportingOverflow(size(of: payload))
    payloadSize = overflow ? Int.max : sum
    return try arena.copy([number])
  }

  /// How many bytes a payload has.
  func size(of payload: Payload) -> Int {
    switch payload {
    case .tensor(let id): model[id].contents.byteCount
    case .bytes(let bytes): bytes.count
    }
  }

  private mutating func setTyped(_ proto: Proto<TensorProto>, _ id: TensorID) throws {
    let type = model[id].elementType
    switch type.typedField {
    case .floats:
      let handle = UnsafeMutableRawPointer(try handle(.tensor(id)))
      proto.pointee.n_float_data = 2
      proto.pointee.float_data = handle.assumingMemoryBound(to: Float.self)
    case .doubles:
      let handle = UnsafeMutableRawPointer(try handle(.tensor(id)))
      proto.pointee.n_double_data = 1
      proto.pointee.double_data = handle.assumingMemoryBound(to: Double.self)
    default:
      let numbers = try StoredNumbers(model[id])
      switch type.typedField {
      case .int64s:
        proto.pointee.n_int64_data = numbers.count
        proto.pointee.int64_data = try arena.copy(numbers.values { Int64(bitPattern: $0) })
      case .uint64s:
        proto.pointee.n_uint64_data = numbers.count
        proto.pointee.uint64_data = try arena.copy(numbers.values { $0 })
      default:
        proto.pointee.n_int32_data = numbers.count
        proto.pointee.int32_data = try arena.copy(numbers.values { Int32(truncatingIfNeeded: $0) })
      }
    }
  }
}

/// A tensor's elements as the numbers that an integer field holds.
private struct StoredNumbers {
  private let bytes: [UInt8]
  private let width: Int
  private let isSigned: Bool

  init(_ tensor: Tensor) throws {
    let packed = try tensor.contents.bytes()
    let type = tensor.elementType
    bytes =
      type.isFloat6
      ? Float6Elements.unpacked(packed, count: tensor.shape.elementCount) : packed
    width = type.storedWidth
    isSigned = [.int8, .int16, .int32].contains(type)
  }

  var count: Int { bytes.count / width }

  func values<Number>(_ convert: (UInt64) -> Number) -> [Number] {
    let unused = UInt64(64 - 8 * width)
    return (0..<count).map { index in
      var number: UInt64 = 0
      for place in 0..<width { number |= UInt64(bytes[index * width + place]) << UInt64(8 * place) }
      guard isSigned else { return convert(number) }
      return convert(UInt64(bitPattern: Int64(bitPattern: number << unused) >> Int64(unused)))
    }
  }
}

extension UnsafeMutablePointer where Pointee == TensorProto {
  /// The data file that the message names; nil when its elements stand in the model file.
  var externalPath: ByteString? {
    guard pointee.has_data_location != 0,
      pointee.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
    else { return nil }
    let location = externalEntries.first { $0.key == "location" }?.value ?? ""
    return try? ExternalFiles.path(of: location, "")
  }

  /// The entries that say where in the data file.
  var externalEntries: [(key: ByteString, value: ByteString)] {
    messages(pointee.external_data, pointee.n_external_data).map {
      (ByteString($0.pointee.key), ByteString($0.pointee.value))
    }
  }
}

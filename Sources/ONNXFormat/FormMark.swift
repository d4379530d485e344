internal import CProtobufC
internal import CSchemas
internal import ModelGraph

/// Marks in a tensor's annotation that say where its elements stood: single zeros.
enum FormMark {
  /// A zero of the widest kind, where the C library can point at it; never written to.
  nonisolated(unsafe) private static let zero: UnsafeMutableRawPointer = {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    memory.storeBytes(of: 0, as: UInt64.self)
    return memory
  }()

  /// Says that `raw_data` had a byte for each element.
  static func setRawByte(_ proto: Proto<TensorProto>) {
    proto.pointee.raw_data = ProtobufCBinaryData(
      len: 1, data: zero.assumingMemoryBound(to: UInt8.self))
  }

  /// Says that the elements stood in the typed field of their type.
  static func setTyped(_ proto: Proto<TensorProto>, _ type: ElementType) {
    switch type.typedField {
    case .floats:
      proto.pointee.n_float_data = 1
      proto.pointee.float_data = zero.assumingMemoryBound(to: Float.self)
    case .doubles:
      proto.pointee.n_double_data = 1
      proto.pointee.double_data = zero.assumingMemoryBound(to: Double.self)
    case .int64s:
      proto.pointee.n_int64_data = 1
      proto.pointee.int64_data = zero.assumingMemoryBound(to: Int64.self)
    case .uint64s:
      proto.pointee.n_uint64_data = 1
      proto.pointee.uint64_data = zero.assumingMemoryBound(to: UInt64.self)
    default:
      proto.pointee.n_int32_data = 1
      proto.pointee.int32_data = zero.assumingMemoryBound(to: Int32.self)
    }
  }

  /// The form that an unpacked annotation says; the marks are taken out.
  static func take(_ proto: Proto<TensorProto>) -> (form: DataForm, hasRaw: Bool) {
    let source = proto.pointee
    let isTyped =
      source.n_float_data + source.n_double_data + source.n_int32_data + source.n_int64_data
      + source.n_uint64_data > 0
    proto.pointee.n_float_data = 0
    proto.pointee.n_double_data = 0
    proto.pointee.n_int32_data = 0
    proto.pointee.n_int64_data = 0
    proto.pointee.n_uint64_data = 0
    proto.pointee.has_raw_data = 0
    let hasRaw = source.has_raw_data != 0
    return (isTyped ? .typed : hasRaw && source.raw_data.len > 0 ? .rawBytes : .raw, hasRaw)
  }
}

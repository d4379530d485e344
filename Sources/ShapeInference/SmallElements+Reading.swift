internal import ByteStorage
internal import ModelGraph

extension SmallElements {
  /// The most floating-point elements that are read: they matter only as factors and scales.
  private static let maximumReals = 64

  /// Reads the elements of a small tensor; nil for large ones and types that shapes are not made of.
  init?(of tensor: Tensor) {
    let count = tensor.shape.elementCount
    guard Self.areKept(tensor.shape.dimensions),
      !tensor.elementType.isFloat || count <= Self.maximumReals,
      tensor.elementType.byteCount(of: count) == tensor.contents.byteCount,
      let bytes = try? tensor.contents.bytes()
    else { return nil }
    self.init(bytes, tensor.elementType, count)
  }

  private init?(_ bytes: [UInt8], _ type: ElementType, _ count: Int) {
    func integers<T: FixedWidthInteger>(_: T.Type) -> SmallElements {
      .integers(Self.load(T.self, bytes, count).map { Int(clamping: T(littleEndian: $0)) })
    }
    switch type {
    case .int64: self = integers(Int64.self)
    case .int32: self = integers(Int32.self)
    case .int16: self = integers(Int16.self)
    case .int8: self = integers(Int8.self)
    case .uint64: self = integers(UInt64.self)
    case .uint32: self = integers(UInt32.self)
    case .uint16: self = integers(UInt16.self)
    case .uint8: self = integers(UInt8.self)
    case .bool: self = .integers(bytes.map { $0 == 0 ? 0 : 1 })
    case .float32:
      self = .reals(Self.load(UInt32.self, bytes, count).map { Double(Float(bitPattern: $0)) })
    case .float64:
      self = .reals(Self.load(UInt64.self, bytes, count).map { Double(bitPattern: $0) })
    case .float16:
      self = .reals(Self.load(UInt16.self, bytes, count).map { Double(Float16(bitPattern: $0)) })
    case .bfloat16:
      self = .reals(
        Self.load(UInt16.self, bytes, count).map { Double(Float(bitPattern: UInt32($0) << 16)) })
    default: return nil
    }
  }

  private static func load<T>(_: T.Type, _ bytes: [UInt8], _ count: Int) -> [T] {
    bytes.withUnsafeBytes { buffer in
      (0..<count).map {
        buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)
      }
    }
  }
}

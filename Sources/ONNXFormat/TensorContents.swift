internal import ByteStorage
internal import ModelGraph
internal import ProtobufWire

/// How a tensor message holds its elements.
enum DataForm: Equatable {
  /// Nowhere: there are none, they are strings, or they stand in another file.
  case absent
  case raw
  /// In `raw_data` with a byte for each element of six bits, as early writers did.
  case rawBytes
  case typed
}

/// The elements of a tensor message, found and checked.
struct TensorContents {
  let source: any ByteSource
  /// The hole that is exactly these contents.
  var hole: Int?
  let form: DataForm
  /// True when `raw_data` is there, even if it is empty.
  let hasRaw: Bool
}

extension PayloadTable {
  private static let smallDecoding = 64 << 10

  /// The elements that chunks hold.
  ///
  /// - Throws: `ONNXError` without a place: too few, too many, twice, in the wrong field.
  func contents(of type: ElementType, _ shape: Shape, in indexes: [Int]) throws -> TensorContents {
    let own = indexes.map { chunks[$0] }
    let raw = own.filter { $0.field == .raw }
    let typed = own.filter { $0.field != .raw && $0.byteCount > 0 }
    guard raw.count < 2 else { throw ONNXError(.dataTwice, "raw_data is there twice") }
    if let raw = raw.first, raw.byteCount > 0 {
      guard typed.isEmpty else {
        throw ONNXError(.dataTwice, "there are elements in raw_data and in a typed field")
      }
      return try rawContents(raw, type, shape)
    }
    guard let first = typed.first else {
      return TensorContents(
        source: MemorySource([]), hole: nil, form: .absent, hasRaw: !raw.isEmpty)
    }
    guard typed.allSatisfy({ $0.field == type.typedField }) else {
      throw ONNXError(.dataField, "\(type.name) elements stand in \(first.field.name)")
    }
    let (source, hole) = try typedContents(typed, type, shape)
    return TensorContents(source: source, hole: hole, form: .typed, hasRaw: !raw.isEmpty)
  }

  private func rawContents(
    _ chunk: PayloadChunk, _ type: ElementType, _ shape: Shape
  ) throws -> TensorContents {
    guard let expected = type.byteCount(of: shape.elementCount) else {
      throw ONNXError(.dataField, "\(type.name) elements cannot stand in raw_data")
    }
    let source = source(of: chunk)
    if type.isFloat6, chunk.byteCount == shape.elementCount, chunk.byteCount != expected {
      return TensorContents(
        source: Float6Elements(base: source), hole: nil, form: .rawBytes, hasRaw: true)
    }
    try Self.check(chunk.byteCount, expected, type, shape)
    return TensorContents(source: source, hole: chunk.hole, form: .raw, hasRaw: true)
  }

  private func typedContents(
    _ typed: [PayloadChunk], _ type: ElementType, _ shape: Shape
  ) throws -> (any ByteSource, Int?) {
    let expected = type.byteCount(of: shape.elementCount) ?? 0
    switch type.typedField {
    case .floats, .doubles:
      let width = type.typedField == .floats ? 4 : 8
      let sources = typed.map { chunk in
        chunk.isDelimited
          ? source(of: chunk) : MemorySource(withoutTags(chunk, elementSize: width))
      }
      let only = sources.count == 1 ? sources.first : nil
      let joined = only ?? ConcatenatedSource(sources)
      try Self.check(joined.byteCount, expected, type, shape)
      return (joined, only == nil ? nil : typed.first?.hole)
    default:
      let numbers = try IntegerElements(typed.flatMap(varints), of: type)
      guard numbers.count == type.storedNumberCount(for: shape.elementCount) else {
        throw ONNXError(.dataSize, "\(numbers.count) values for a shape of \(shape) \(type.name)")
      }
      let small = numbers.byteCount < Self.smallDecoding
      let decoded: any ByteSource = small ? MemorySource(try numbers.bytes()) : numbers
      return (type.isFloat6 ? Float6Elements(base: decoded) : decoded, nil)
    }
  }

  /// The elements of a chunk in which each has a tag, without the tags.
  private func withoutTags(_ chunk: PayloadChunk, elementSize: Int?) -> [UInt8] {
    var result: [UInt8] = []
    literal[chunk.literal].withUnsafeBytes { bytes in
      var position = 0
      while position < bytes.count {
        guard Varint.read(bytes, at: &position) != nil else { return }
        let start = position
        if let elementSize {
          position += elementSize
        } else if Varint.read(bytes, at: &position) == nil {
          return
        }
        result += bytes[start..<position]
      }
    }
    return result
  }

  private func varints(_ chunk: PayloadChunk) -> [UInt8] {
    chunk.isDelimited ? Array(literal[chunk.literal]) : withoutTags(chunk, elementSize: nil)
  }

  static func check(_ size: Int, _ expected: Int, _ type: ElementType, _ shape: Shape) throws {
    guard size == expected else {
      throw ONNXError(
        .dataSize, "\(size) bytes of data, but \(shape) of \(type.name) takes \(expected)")
    }
  }
}

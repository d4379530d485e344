internal import ModelGraph

extension NumericArray {
  /// The elements as 64-bit floats, exact but for integers beyond 2^53.
  ///
  /// Nil for types that are no single number of whole bytes, and for the 8-bit floats.
  public func doubles() -> [Double]? {
    switch elementType {
    case .float32: map(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: map(UInt64.self) { Double(bitPattern: $0) }
    case .float16: map(UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .bfloat16: map(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int8: map(Int8.self) { Double($0) }
    case .int16: map(Int16.self) { Double($0) }
    case .int32: map(Int32.self) { Double($0) }
    case .int64: map(Int64.self) { Double($0) }
    case .uint8, .bool: map(UInt8.self) { Double($0) }
    case .uint16: map(UInt16.self) { Double($0) }
    case .uint32: map(UInt32.self) { Double($0) }
    case .uint64: map(UInt64.self) { Double($0) }
    default: nil
    }
  }

  /// The elements as integers; nil for floats and types that are no single number of whole bytes.
  public func integers() -> [Int]? {
    switch elementType {
    case .int8: map(Int8.self) { Int($0) }
    case .int16: map(Int16.self) { Int($0) }
    case .int32: map(Int32.self) { Int($0) }
    case .int64: map(Int64.self) { Int($0) }
    case .uint8, .bool: map(UInt8.self) { Int($0) }
    case .uint16: map(UInt16.self) { Int($0) }
    case .uint32: map(UInt32.self) { Int($0) }
    case .uint64: map(UInt64.self) { Int(clamping: $0) }
    default: nil
    }
  }

  private func map<Word: FixedWidthInteger, Number>(
    _: Word.Type, _ convert: (Word) -> Number
  ) -> [Number] {
    let size = MemoryLayout<Word>.size
    return contents.withUnsafeBytes { bytes in
      [Number](unsafeUninitializedCapacity: bytes.count / size) { numbers, count in
        count = bytes.count / size
        for index in 0..<count {
          let word = bytes.loadUnaligned(fromByteOffset: index * size, as: Word.self)
          (numbers.baseAddress.map { $0 + index })?.initialize(
            to: convert(Word(littleEndian: word)))
        }
      }
    }
  }
}

public import ModelGraph

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

  /// The elements as 32-bit floats; nil where `doubles` is.
  public func floats() -> [Float]? {
    guard elementType == .float32 else { return doubles()?.map(Float.init) }
    return map(UInt32.self) { Float(bitPattern: $0) }
  }

  /// Gives the elements as 32-bit floats to a function, without a copy where they are such; nil where
  /// `doubles` is.
  public func withFloats<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result? {
    #if _endian(little)
      if elementType == .float32 {
        // Memory of arrays is aligned for any number.
        return try contents.withUnsafeBytes { try $0.withMemoryRebound(to: Float.self, body) }
      }
    #endif
    return try floats()?.withUnsafeBufferPointer(body)
  }

  /// Numbers as packed elements of 16, 32 or 64 bits, each the nearest the type has, ties to even.
  ///
  /// No zero has a sign. Of any other type they become 32-bit floats.
  public static func packed(_ values: [Double], _ type: ElementType) -> [UInt8] {
    switch type {
    case .float64: pack(values) { ($0 + 0).bitPattern }
    case .float16: pack(values) { (Float16($0) + 0).bitPattern }
    case .bfloat16: pack(values) { (Float($0) + 0).nearestUpperHalf }
    default: pack(values) { (Float($0) + 0).bitPattern }
    }
  }

  private static func pack<Word: FixedWidthInteger>(
    _ values: [Double], _ word: (Double) -> Word
  ) -> [UInt8] {
    let size = MemoryLayout<Word>.size
    var bytes = [UInt8](repeating: 0, count: values.count * size)
    bytes.withUnsafeMutableBytes { bytes in
      for (place, value) in values.enumerated() {
        bytes.storeBytes(of: word(value).littleEndian, toByteOffset: place * size, as: Word.self)
      }
    }
    return bytes
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

extension Float {
  /// The upper half of the bits, rounded to the nearest, ties to even: a bfloat16.
  fileprivate var nearestUpperHalf: UInt16 {
    guard !isNaN else { return 0x7FC0 }
    return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7FFF &+ (bitPattern >> 16 & 1)) >> 16)
  }
}

package import ModelGraph

/// Integer elements as numbers.
package enum IntegerElements {
  /// The element at an index; unsigned 64-bit numbers above the largest `Int64` become that.
  package static func value(at index: Int, of bytes: UnsafeRawBufferPointer, _ type: ElementType)
    -> Int64
  {
    guard let base = bytes.baseAddress else { return 0 }
    switch type {
    case .int8: return load(base, index, Int8.self)
    case .uint8: return load(base, index, UInt8.self)
    case .int16: return load(base, index, Int16.self)
    case .uint16: return load(base, index, UInt16.self)
    case .int32: return load(base, index, Int32.self)
    case .uint32: return load(base, index, UInt32.self)
    case .int64: return load(base, index, Int64.self)
    case .uint64: return load(base, index, UInt64.self)
    case .int4: return packed(base, index, width: 4, isSigned: true)
    case .uint4: return packed(base, index, width: 4, isSigned: false)
    case .int2: return packed(base, index, width: 2, isSigned: true)
    case .uint2: return packed(base, index, width: 2, isSigned: false)
    default: return 0
    }
  }

  /// Writes the keys of |q - zero point| x scale.
  static func writeKeys(of chunk: WeightChunk, into keys: UnsafeMutablePointer<UInt32>) {
    guard let base = chunk.bytes.baseAddress else { return }
    switch chunk.elementType {
    case .int8: write(chunk, keys) { load(base, $0, Int8.self) }
    case .uint8: write(chunk, keys) { load(base, $0, UInt8.self) }
    case .int4: write(chunk, keys) { packed(base, $0, width: 4, isSigned: true) }
    case .uint4: write(chunk, keys) { packed(base, $0, width: 4, isSigned: false) }
    default: write(chunk, keys) { value(at: $0, of: chunk.bytes, chunk.elementType) }
    }
  }

  /// Inlined into each caller, so that the closure is no call for each element.
  @inline(__always)
  private static func write(
    _ chunk: WeightChunk, _ keys: UnsafeMutablePointer<UInt32>, value: (Int) -> Int64
  ) {
    let end = chunk.start + chunk.count
    var element = chunk.start
    while element < end {
      let place = chunk.quantization?.place(of: element) ?? 0
      let zeroPoint = chunk.quantization?.zeroPoints[place] ?? 0
      let scale = Double(chunk.quantization?.scales[place] ?? 1)
      let runEnd = min(end, chunk.quantization?.runEnd(of: element) ?? end)
      for index in element - chunk.start..<runEnd - chunk.start {
        let integer = value(index)
        let magnitude = abs(Double(integer) - Double(zeroPoint)) * scale
        keys[index] = integer == zeroPoint ? 0 : max(Float(magnitude).bitPattern, 1)
      }
      element = runEnd
    }
  }

  @inline(__always)
  private static func load<Element: FixedWidthInteger>(
    _ base: UnsafeRawPointer, _ index: Int, _ type: Element.Type
  ) -> Int64 {
    let offset = index * (Element.bitWidth / 8)
    return Int64(
      clamping: Element(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: type)))
  }

  @inline(__always)
  private static func packed(
    _ base: UnsafeRawPointer, _ index: Int, width: Int, isSigned: Bool
  ) -> Int64 {
    let value = Int64(PackedBits.value(at: index, width: width, of: base))
    let isNegative = isSigned && value >> (width - 1) == 1
    return isNegative ? value - 1 << width : value
  }
}

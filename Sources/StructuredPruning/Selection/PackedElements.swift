public import ByteStorage
internal import ModelGraph

/// Packed elements of less than a byte, each as a byte of its own.
public struct UnpackedElements: ByteSource {
  let base: any ByteSource
  let bitWidth: Int
  /// How many elements there are.
  public let byteCount: Int

  /// Nil unless the base has just the size of the elements.
  public init?(_ base: any ByteSource, bitWidth: Int, count: Int) {
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
    guard !overflow, count >= 0, (1...7).contains(bitWidth),
      base.byteCount == bits / 8 + (bits % 8 == 0 ? 0 : 1)
    else { return nil }
    self.base = base
    self.bitWidth = bitWidth
    byteCount = count
  }

  /// Unpacks the elements from `offset` on.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let first = offset * bitWidth / 8
    let packed = try base.bytes(in: first..<((offset + buffer.count) * bitWidth + 7) / 8)
    packed.withUnsafeBytes { packed in
      var bit = offset * bitWidth - first * 8
      for index in buffer.indices {
        var word = UInt16(packed[bit >> 3])
        if bit & 7 + bitWidth > 8 { word |= UInt16(packed[bit >> 3 + 1]) << 8 }
        buffer[index] = UInt8(truncatingIfNeeded: word >> UInt16(bit & 7)) & (1 << bitWidth - 1)
        bit += bitWidth
      }
    }
  }
}

/// Elements that have a byte each, packed without gaps from the lowest bit on.
struct PackedElements: ByteSource {
  let elements: any ByteSource
  let bitWidth: Int

  var byteCount: Int { (elements.byteCount * bitWidth + 7) / 8 }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard !buffer.isEmpty else { return }
    let first = offset * 8 / bitWidth
    let end = min(
      elements.byteCount, ((offset + buffer.count) * 8 + bitWidth - 1) / bitWidth)
    let values = try elements.bytes(in: first..<end)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    for (index, value) in values.enumerated() {
      let bit = (first + index) * bitWidth - offset * 8
      let word = UInt16(value) << UInt16(bit & 7)
      let byte = bit >> 3
      if buffer.indices.contains(byte) { buffer[byte] |= UInt8(truncatingIfNeeded: word) }
      if buffer.indices.contains(byte + 1) { buffer[byte + 1] |= UInt8(word >> 8) }
    }
  }
}

extension KeptPositionsSource {
  /// The contents of a tensor without some positions of its axes, for elements of any width.
  ///
  /// Nil when shape, masks and contents do not fit one another, and for strings.
  static func source(of tensor: Tensor, masks: [[Bool]?]) -> (any ByteSource)? {
    let shape = tensor.shape.dimensions
    guard let width = tensor.elementType.bitWidth else { return nil }
    if width >= 8 {
      return KeptPositionsSource(
        tensor.contents, shape: shape, elementSize: width / 8, masks: masks)
    }
    let unpacked = UnpackedElements(
      tensor.contents, bitWidth: width, count: tensor.shape.elementCount)
    guard let unpacked,
      let kept = KeptPositionsSource(unpacked, shape: shape, elementSize: 1, masks: masks)
    else { return nil }
    return PackedElements(elements: kept, bitWidth: width)
  }
}

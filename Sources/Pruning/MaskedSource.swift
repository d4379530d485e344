public import ByteStorage
public import ModelGraph

/// A tensor's contents with the pruned elements set to zero, made while they are read.
///
/// Zero is the pattern of zero bits, and for quantised integers the zero point.
public struct MaskedSource: ByteSource {
  /// The contents before pruning.
  public let base: any ByteSource
  /// What is pruned.
  public let mask: Mask
  /// What an element is.
  public let elementType: ElementType
  /// The zero points of integers; nil where zero is 0.
  public let zeroPoints: QuantizationValues?
  private let bitWidth: Int

  /// Masks contents; masking what is already masked joins the masks.
  ///
  /// Nil when the contents do not have the size that the mask's elements take.
  public init?(
    _ base: any ByteSource, mask: Mask, elementType: ElementType,
    quantization: QuantizationValues? = nil
  ) {
    guard let bitWidth = elementType.bitWidth,
      elementType.byteCount(of: mask.count) == base.byteCount
    else { return nil }
    let hasZeroPoint =
      elementType.isInteger && quantization?.zeroPoints.contains { $0 != 0 } == true
    zeroPoints = hasZeroPoint ? quantization : nil
    self.elementType = elementType
    self.bitWidth = bitWidth
    if let masked = base as? MaskedSource, masked.zeroPoints == zeroPoints,
      masked.mask.count == mask.count
    {
      var union = mask
      union.formUnion(masked.mask)
      (self.base, self.mask) = (masked.base, union)
    } else {
      (self.base, self.mask) = (base, mask)
    }
  }

  /// How many bytes there are.
  public var byteCount: Int { base.byteCount }

  /// Reads from the base and sets what is pruned.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try base.read(at: offset, into: buffer)
    guard zeroPoints == nil, bitWidth >= 8 else {
      return fillBits(of: elements(touching: offset, buffer.count), at: offset, in: buffer)
    }
    let width = bitWidth / 8
    // Elements cut by the ends of the buffer are done byte by byte, those inside at once.
    let first = min((offset + width - 1) / width, (offset + buffer.count) / width)
    let last = max(first, (offset + buffer.count) / width)
    let inside = UnsafeMutableRawBufferPointer(
      rebasing: buffer[(first * width - offset).clamped(to: 0...buffer.count)...])
    switch width {
    case 1: clear(first..<last, in: inside, UInt8.self)
    case 2: clear(first..<last, in: inside, UInt16.self)
    case 4: clear(first..<last, in: inside, UInt32.self)
    default: clear(first..<last, in: inside, UInt64.self)
    }
    fillBits(of: offset / width..<first, at: offset, in: buffer)
    let end = elements(touching: offset, buffer.count).upperBound
    fillBits(of: last..<max(last, end), at: offset, in: buffer)
  }

  private func elements(touching offset: Int, _ length: Int) -> Range<Int> {
    guard length > 0 else { return 0..<0 }
    if bitWidth >= 8 {
      let width = bitWidth / 8
      return offset / width..<min(mask.count, (offset + length - 1) / width + 1)
    }
    // A tensor of less than a byte an element has fewer bytes than 2^60, so bits can be counted.
    let end = min(mask.count, ((offset + length) * 8 - 1) / bitWidth + 1)
    return min(offset * 8 / bitWidth, end)..<end
  }

  /// Sets whole elements to zero bits; the buffer begins with the first.
  @inline(__always)
  private func clear<Element: FixedWidthInteger>(
    _ elements: Range<Int>, in buffer: UnsafeMutableRawBufferPointer, _ type: Element.Type
  ) {
    guard let base = buffer.baseAddress, !elements.isEmpty else { return }
    let size = MemoryLayout<Element>.size
    let (first, last) = (elements.lowerBound, elements.upperBound - 1)
    mask.words.withUnsafeBufferPointer { words in
      for word in first >> 6...last >> 6 {
        var bits = words[word]
        if word == first >> 6 { bits &= UInt64.max << UInt64(first & 63) }
        if word == last >> 6 { bits &= UInt64.max >> UInt64(63 - last & 63) }
        // From one set bit to the next: a test of each bit costs more in half sparse masks.
        while bits != 0 {
          let element = word << 6 | bits.trailingZeroBitCount
          base.storeBytes(of: 0, toByteOffset: (element - first) * size, as: type)
          bits &= bits - 1
        }
      }
    }
  }

  /// Sets elements bit by bit within their bytes, as far as those lie in the buffer.
  private func fillBits(
    of elements: Range<Int>, at offset: Int, in buffer: UnsafeMutableRawBufferPointer
  ) {
    for element in elements where mask[element] {
      let zero = zeroPoints.map { $0.zeroPoints[$0.place(of: element)] } ?? 0
      var rest = UInt64(bitPattern: zero)
      var bit = (element % 8) * bitWidth
      var byte = element / 8 * bitWidth + bit / 8 - offset
      var left = bitWidth
      bit %= 8
      while left > 0 {
        let length = min(8 - bit, left)
        let ones = UInt8.max >> UInt8(8 - length)
        if buffer.indices.contains(byte) {
          buffer[byte] &= ~(ones << UInt8(bit))
          buffer[byte] |= (UInt8(truncatingIfNeeded: rest) & ones) << UInt8(bit)
        }
        rest >>= UInt64(length)
        left -= length
        byte += 1
        bit = 0
      }
    }
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

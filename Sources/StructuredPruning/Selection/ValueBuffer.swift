internal import ModelGraph
internal import Pruning

/// One thread's buffers for the elements of a weight as `Float`, whatever they are stored as.
///
/// Magnitudes are those of the magnitude criterion: quantised integers are scaled, 64-bit numbers
/// rounded, but never to zero.
final class ValueBuffer {
  private let bytes = KeyBuffer()
  private var keys = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

  deinit {
    keys.deallocate()
  }

  /// Reads a range of elements and calls `body` with them; without `signs`, perhaps with magnitudes.
  func withValues(
    of range: Range<Int>, in weight: WeightStream, signs: Bool = true,
    _ body: (UnsafeBufferPointer<Float>) -> Void
  ) throws {
    try bytes.withChunk(of: range, in: weight) { chunk in
      let first = range.lowerBound - chunk.start
      let values = isNative(chunk) ? chunk.bytes.bindMemory(to: Float.self) : decode(chunk, signs)
      body(UnsafeBufferPointer(rebasing: values[first..<first + range.count]))
    }
  }

  /// True when the bytes are `Float`s already.
  private func isNative(_ chunk: WeightChunk) -> Bool {
    chunk.elementType == .float32 && chunk.quantization == nil && 1.littleEndian == 1
  }

  private func decode(_ chunk: WeightChunk, _ signs: Bool) -> UnsafeBufferPointer<Float> {
    if keys.count < chunk.count {
      keys.deallocate()
      keys = .allocate(capacity: chunk.count)
    }
    guard let target = keys.baseAddress else { return UnsafeBufferPointer(start: nil, count: 0) }
    MagnitudeCriterion().scores(of: chunk, into: target)
    if signs, chunk.elementType.isFloat {
      Self.addSigns(ofFloats: chunk, to: target)
    } else if signs {
      Self.addSigns(ofIntegers: chunk, to: target)
    }
    let values = UnsafeMutableRawPointer(target).bindMemory(to: Float.self, capacity: chunk.count)
    return UnsafeBufferPointer(start: values, count: chunk.count)
  }

  /// The sign of every floating-point format with one is the highest bit of an element.
  private static func addSigns(
    ofFloats chunk: WeightChunk, to keys: UnsafeMutablePointer<UInt32>
  ) {
    guard let width = chunk.elementType.bitWidth, chunk.elementType != .float8E8M0 else { return }
    var bit = width - 1
    for index in 0..<chunk.count {
      let sign = UInt32(chunk.bytes[bit >> 3] >> UInt8(bit & 7) & 1)
      keys[index] |= sign << 31
      bit += width
    }
  }

  private static func addSigns(
    ofIntegers chunk: WeightChunk, to keys: UnsafeMutablePointer<UInt32>
  ) {
    let end = chunk.start + chunk.count
    var element = chunk.start
    while element < end {
      let place = chunk.quantization?.place(of: element) ?? 0
      let zeroPoint = chunk.quantization?.zeroPoints[place] ?? 0
      let runEnd = min(end, chunk.quantization?.runEnd(of: element) ?? end)
      for index in element - chunk.start..<runEnd - chunk.start {
        let value = IntegerElements.value(at: index, of: chunk.bytes, chunk.elementType)
        keys[index] |= value < zeroPoint ? 1 << 31 : 0
      }
      element = runEnd
    }
  }
}

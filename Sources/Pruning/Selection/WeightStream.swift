internal import ByteStorage
internal import ModelGraph

/// One weight to be pruned, as keys of any range of its elements.
struct WeightStream: Sendable {
  /// The most elements whose keys are in memory at once, for each thread.
  static let chunkSize = 1 << 18

  let tensor: TensorID
  let elementType: ElementType
  let count: Int
  let contents: any ByteSource
  let quantization: QuantizationValues?

  init(_ id: TensorID, of model: Model, quantization: QuantizationValues?) {
    tensor = id
    elementType = model[id].elementType
    count = model[id].shape.elementCount
    contents = model[id].contents
    self.quantization = quantization
  }

  /// The ranges of at most `size` elements, in order.
  func pieces(of range: Range<Int>, size: Int = chunkSize) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: size).map {
      $0..<min($0 + size, range.upperBound)
    }
  }
}

/// How keys are made: a criterion and its seed.
struct KeyRule: Sendable {
  let criterion: any SaliencyCriterion
  let seed: UInt64
}

/// One thread's buffers for bytes and keys.
final class KeyBuffer {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var keys = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

  deinit {
    bytes.deallocate()
    keys.deallocate()
  }

  /// Reads a range of elements and calls `body` with its keys.
  func withKeys<Result>(
    of range: Range<Int>, in weight: WeightStream, by rule: KeyRule,
    _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) throws -> Result {
    // Elements smaller than a byte begin at one only every eighth.
    let start = range.lowerBound / 8 * 8
    let width = weight.elementType.bitWidth ?? 8
    let first = start / 8 * width
    let length = min(
      weight.contents.byteCount - first, ((range.upperBound - start) * width + 7) / 8)
    reserve(bytes: length, keys: range.upperBound - start)
    let piece = UnsafeMutableRawBufferPointer(rebasing: bytes[..<length])
    try weight.contents.read(at: first, into: piece)
    let chunk = WeightChunk(
      bytes: UnsafeRawBufferPointer(piece), elementType: weight.elementType, tensor: weight.tensor,
      start: start, count: range.upperBound - start, quantization: weight.quantization,
      seed: rule.seed)
    if let target = keys.baseAddress { rule.criterion.scores(of: chunk, into: target) }
    return try body(UnsafeBufferPointer(rebasing: keys[range.lowerBound - start..<chunk.count]))
  }

  private func reserve(bytes byteCount: Int, keys keyCount: Int) {
    if bytes.count < byteCount {
      bytes.deallocate()
      bytes = .allocate(byteCount: byteCount, alignment: 64)
    }
    if keys.count < keyCount {
      keys.deallocate()
      keys = .allocate(capacity: keyCount)
    }
  }
}

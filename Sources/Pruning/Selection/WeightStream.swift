package import ByteStorage
package import ModelGraph

/// One weight to be pruned, as keys of any range of its elements.
package struct WeightStream: Sendable {
  /// The most elements whose keys are in memory at once, for each thread.
  package static let chunkSize = 1 << 18

  package let tensor: TensorID
  package let elementType: ElementType
  package let count: Int
  package let contents: any ByteSource
  package let quantization: QuantizationValues?

  package init(_ id: TensorID, of model: Model, quantization: QuantizationValues?) {
    tensor = id
    elementType = model[id].elementType
    count = model[id].shape.elementCount
    contents = model[id].contents
    self.quantization = quantization
  }

  /// The ranges of at most `size` elements, in order.
  package func pieces(of range: Range<Int>, size: Int = chunkSize) -> [Range<Int>] {
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
package final class KeyBuffer {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var keys = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

  /// Makes empty buffers; they grow with what they are used for.
  package init() {}

  deinit {
    bytes.deallocate()
    keys.deallocate()
  }

  /// Reads a range of elements and calls `body` with its keys.
  func withKeys<Result>(
    of range: Range<Int>, in weight: WeightStream, by rule: KeyRule,
    _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) throws -> Result {
    try withChunk(of: range, in: weight, seed: rule.seed) { chunk in
      reserve(keys: chunk.count)
      if let target = keys.baseAddress { rule.criterion.scores(of: chunk, into: target) }
      let first = range.lowerBound - chunk.start
      return try body(UnsafeBufferPointer(rebasing: keys[first..<chunk.count]))
    }
  }

  /// Reads a range of elements, and up to seven before it where elements are smaller than a byte.
  package func withChunk<Result>(
    of range: Range<Int>, in weight: WeightStream, seed: UInt64 = 0,
    _ body: (WeightChunk) throws -> Result
  ) throws -> Result {
    // Elements smaller than a byte begin at one only every eighth.
    let start = range.lowerBound / 8 * 8
    let width = weight.elementType.bitWidth ?? 8
    let first = start / 8 * width
    let length = min(
      weight.contents.byteCount - first, ((range.upperBound - start) * width + 7) / 8)
    reserve(bytes: length)
    let piece = UnsafeMutableRawBufferPointer(rebasing: bytes[..<length])
    try weight.contents.read(at: first, into: piece)
    return try body(
      WeightChunk(
        bytes: UnsafeRawBufferPointer(piece), elementType: weight.elementType,
        tensor: weight.tensor, start: start, count: range.upperBound - start,
        quantization: weight.quantization, seed: seed))
  }

  private func reserve(bytes byteCount: Int) {
    if bytes.count < byteCount {
      bytes.deallocate()
      bytes = .allocate(byteCount: byteCount, alignment: 64)
    }
  }

  private func reserve(keys keyCount: Int) {
    if keys.count < keyCount {
      keys.deallocate()
      keys = .allocate(capacity: keyCount)
    }
  }
}

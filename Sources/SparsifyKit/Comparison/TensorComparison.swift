internal import ByteStorage
public import ModelGraph

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Compares the contents of tensors, a piece at a time, so that memory does not grow with them.
public struct TensorComparison: Sendable {
  /// Two tensors to be compared.
  public struct Pair: Sendable {
    /// The tensor before.
    public let first: Tensor
    /// The tensor after.
    public let second: Tensor

    /// Pairs two tensors; nil unless they have the same element type and shape, and numbers for elements.
    public init?(_ first: Tensor, _ second: Tensor) {
      guard first.elementType == second.elementType, first.shape == second.shape,
        first.elementType.byteCount(of: first.shape.elementCount) == first.contents.byteCount,
        first.contents.byteCount == second.contents.byteCount
      else { return nil }
      self.first = first
      self.second = second
    }
  }

  /// How many threads read and compare; the result does not depend on it.
  public var threads: Int

  /// Prepares to compare.
  public init(threads: Int = 1) {
    self.threads = threads
  }

  /// The difference of each pair.
  ///
  /// Tensors are compared as bytes first; only those that differ are looked at element by element.
  ///
  /// - Throws: what reading the contents throws.
  public func differences(of pairs: [Pair]) throws -> [TensorDifference] {
    var results = pairs.map { pair in
      var equal = TensorDifference()
      equal.elements = pair.first.shape.elementCount
      return equal
    }
    let different = try differing(pairs)
    for index in different { results[index] = TensorDifference() }
    let pieces = different.flatMap { index in
      pairs[index].pieces.map { (pair: index, elements: $0) }
    }
    var numbers: [ElementType: NarrowNumbers] = [:]
    for index in different {
      let type = pairs[index].first.elementType
      if numbers[type] == nil { numbers[type] = NarrowNumbers(type) }
    }
    try OrderedPipeline.run(
      count: pieces.count, threads: threads, workspace: { [numbers] in numbers },
      produce: { index, numbers in
        let pair = pairs[pieces[index].pair]
        return try pair.difference(of: pieces[index].elements, numbers[pair.first.elementType])
      },
      consume: { index, part in results[pieces[index].pair].add(part) })
    return results
  }

  /// The pairs whose bytes are not the same.
  private func differing(_ pairs: [Pair]) throws -> [Int] {
    var different: [Int] = []
    try OrderedPipeline.run(
      count: pairs.count, threads: threads, workspace: {},
      produce: { index, _ in try pairs[index].isEqual() },
      consume: { index, isEqual in if !isEqual { different.append(index) } })
    return different
  }
}

extension TensorComparison.Pair {
  private var bitWidth: Int { first.elementType.bitWidth ?? 8 }

  /// Ranges of elements that begin at a byte: as many as a chunk of a container mostly has.
  ///
  /// They depend on nothing else, so that sums of floats come out the same for files of any format.
  fileprivate var pieces: [Range<Int>] {
    let count = first.shape.elementCount
    return stride(from: 0, to: count, by: Limits.chunkElements).map {
      $0..<min($0 + Limits.chunkElements, count)
    }
  }

  private func bytes(of elements: Range<Int>) -> Range<Int> {
    let start = elements.lowerBound / 8 * bitWidth
    let length = first.elementType.byteCount(of: elements.count) ?? 0
    return start..<start + length
  }

  fileprivate func isEqual() throws -> Bool {
    for piece in pieces {
      let range = bytes(of: piece)
      let (left, right) = (
        try first.contents.bytes(in: range), try second.contents.bytes(in: range)
      )
      let isEqual = left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
          guard let left = left.baseAddress, let right = right.baseAddress else { return true }
          return memcmp(left, right, range.count) == 0
        }
      }
      if !isEqual { return false }
    }
    return true
  }

  fileprivate func difference(
    of elements: Range<Int>, _ numbers: NarrowNumbers?
  ) throws -> TensorDifference {
    let range = bytes(of: elements)
    let (left, right) = (try first.contents.bytes(in: range), try second.contents.bytes(in: range))
    var difference = TensorDifference()
    left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        difference.add(left, right, count: elements.count, first.elementType, numbers)
      }
    }
    return difference
  }
}

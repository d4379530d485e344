internal import ModelGraph
internal import Pruning

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension TensorDifference {
  /// Compares packed elements that begin at a byte; `numbers` are those of types of up to 16 bits.
  mutating func add(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, count: Int,
    _ type: ElementType, _ numbers: NarrowNumbers?
  ) {
    guard let first = first.baseAddress, let second = second.baseAddress else { return }
    elements += count
    if let numbers, let width = type.bitWidth {
      return numbers.values.withUnsafeBufferPointer { values in
        addNarrow(first, second, count, width: width) { values[Int($0)] }
      }
    }
    switch type {
    case .float32: add(first, second, count) { Double(Float(bitPattern: $0)) }
    case .int32: add(first, second, count) { (word: UInt32) in Double(Int32(bitPattern: word)) }
    case .uint32: add(first, second, count) { (word: UInt32) in Double(word) }
    case .float64: add(first, second, count) { Double(bitPattern: $0) }
    case .int64:
      add(first, second, count, value: { Double(Int64(bitPattern: $0)) }) { (left: UInt64, right) in
        let isLess = Int64(bitPattern: left) < Int64(bitPattern: right)
        return Double(isLess ? right &- left : left &- right)
      }
    case .uint64:
      add(first, second, count, value: { Double($0) }) { (left: UInt64, right) in
        Double(left < right ? right - left : left - right)
      }
    case .complex64:
      add(first, second, count, value: { Complex($0).length }) { (left: UInt64, right) in
        Complex(left).distance(to: Complex(right))
      }
    case .complex128:
      add(first, second, count, value: { Complex($0).length }) { (left: UInt128, right) in
        Complex(left).distance(to: Complex(right))
      }
    default: break
    }
  }

  private mutating func addNarrow(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, width: Int,
    value: (UInt16) -> Double
  ) {
    switch width {
    case 16: add(first, second, count, value: value)
    case 8: add(first, second, count) { (word: UInt8) in value(UInt16(word)) }
    default:
      for index in 0..<count {
        let left = PackedBits.value(at: index, width: width, of: first)
        let right = PackedBits.value(at: index, width: width, of: second)
        let (before, after) = (value(UInt16(left)), value(UInt16(right)))
        add(before, after, isSame: left == right, distance: abs(before - after))
      }
    }
  }

  /// Elements of whole words, whose difference is that of their values.
  @inline(__always)
  private mutating func add<Word: FixedWidthInteger>(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, value: (Word) -> Double
  ) {
    add(first, second, count, value: value) { abs(value($0) - value($1)) }
  }

  /// Elements of whole words; inlined, so that the closures are no calls for each element.
  @inline(__always)
  private mutating func add<Word: FixedWidthInteger>(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, value: (Word) -> Double,
    distance: (Word, Word) -> Double
  ) {
    for index in 0..<count {
      let offset = index * MemoryLayout<Word>.size
      let left = Word(littleEndian: first.loadUnaligned(fromByteOffset: offset, as: Word.self))
      let right = Word(littleEndian: second.loadUnaligned(fromByteOffset: offset, as: Word.self))
      add(value(left), value(right), isSame: left == right, distance: distance(left, right))
    }
  }

  @inline(__always)
  private mutating func add(
    _ before: Double, _ after: Double, isSame: Bool, distance: @autoclosure () -> Double
  ) {
    if isSame {
      if before.isFinite { squaredOriginal += before * before }
      return
    }
    changed += 1
    if after == 0, before != 0 { zeroed += 1 }
    if before == 0, after != 0 { unzeroed += 1 }
    guard before.isFinite, after.isFinite else {
      notFinite += 1
      return
    }
    let distance = distance()
    largest = max(largest, distance)
    squaredDifference += distance * distance
    squaredOriginal += before * before
  }
}

/// A complex element.
private struct Complex {
  let real: Double
  let imaginary: Double

  init(_ bits: UInt64) {
    real = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    imaginary = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32)))
  }

  init(_ bits: UInt128) {
    real = Double(bitPattern: UInt64(truncatingIfNeeded: bits))
    imaginary = Double(bitPattern: UInt64(truncatingIfNeeded: bits >> 64))
  }

  var length: Double { hypot(real, imaginary) }

  func distance(to other: Complex) -> Double {
    hypot(real - other.real, imaginary - other.imaginary)
  }
}

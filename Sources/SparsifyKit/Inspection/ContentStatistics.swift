internal import ByteStorage
internal import ModelGraph
internal import StructuredPruning

/// What the elements of a tensor are like, found in one reading of it, a piece at a time.
struct ContentStatistics: Sendable {
  /// What to find out beyond counts and bounds.
  struct Wishes {
    /// How the numbers are spread.
    var histogram = false
    /// A digest of the elements, which equal tensors share.
    var digest = false
  }

  /// Counting different elements stops here.
  static let mostDistinct = 1 << 16
  /// A whole number of elements of any width, those of three quarters of a byte included.
  private static let unpackedPiece = 3 << 18

  /// Elements that are zero: +0 and -0 for floats.
  private(set) var zeros = 0
  /// Different elements, by their bits; `mostDistinct` when there are as many or more.
  private(set) var distinct = 0
  /// The elements as numbers; nil for complex ones.
  private(set) var numbers: NumberTally?
  /// How the numbers are spread, when asked for.
  private(set) var histogram: ValueHistogram?
  /// SHA-256 of the elements, when asked for.
  private(set) var digest: [UInt8]?

  /// Reads a tensor; nil for strings, elements of more than 8 bytes, and contents that are missing.
  init?(of tensor: Tensor, _ wishes: Wishes = Wishes()) throws {
    let type = tensor.elementType
    guard let bits = type.bitWidth, bits <= 64, tensor.missingFile == nil else { return nil }
    let contents: (any ByteSource)? =
      bits < 8
      ? UnpackedElements(tensor.contents, bitWidth: bits, count: tensor.shape.elementCount)
      : tensor.contents
    guard let contents else { return nil }
    let hash = wishes.digest ? SHA256() : nil
    var tally = NumberTally(countsSpread: wishes.histogram)
    switch bits {
    case ...8: try count(contents, type, UInt8.self, hash, &tally)
    case 16: try count(contents, type, UInt16.self, hash, &tally)
    case 32: try countWide(contents, type, UInt32.self, hash, &tally)
    default: try countWide(contents, type, UInt64.self, hash, &tally)
    }
    if zeros > 0 { tally.addZeros() }
    digest = hash?.finalize()
    guard type != .complex64 else { return }
    numbers = tally
    if wishes.histogram { histogram = ValueHistogram(tally, areIntegers: !type.isFloat) }
  }

  /// Counts each code of a narrow element, then looks at every code once.
  private mutating func count<Word: FixedWidthInteger & UnsignedInteger>(
    _ contents: any ByteSource, _ type: ElementType, _: Word.Type, _ hash: SHA256?,
    _ tally: inout NumberTally
  ) throws {
    guard let numbers = NarrowNumbers(type)?.values else { return }
    var counts = [Int](repeating: 0, count: 1 << Word.bitWidth)
    try Self.read(contents, hash) { (words: Words<Word>) in
      for index in 0..<words.count { counts[Int(words[index])] += 1 }
    }
    for (count, number) in zip(counts, numbers) where count > 0 {
      distinct += 1
      if number == 0 { zeros += count } else { tally.add(Float(number), count: count) }
    }
  }

  private mutating func countWide<Word: FixedWidthInteger & UnsignedInteger>(
    _ contents: any ByteSource, _ type: ElementType, _: Word.Type, _ hash: SHA256?,
    _ tally: inout NumberTally
  ) throws {
    var seen: Set<Word> = []
    try Self.read(contents, hash) { (words: Words<Word>) in
      if seen.count < Self.mostDistinct { Self.note(words, in: &seen) }
      switch type {
      case .float32: add(words, to: &tally) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
      case .float64: add(words, to: &tally) { Self.rounded(Double(bitPattern: UInt64($0))) }
      case .int32: add(words, to: &tally) { Float(Int32(truncatingIfNeeded: $0)) }
      case .int64: add(words, to: &tally) { Float(Int64(truncatingIfNeeded: $0)) }
      default: add(words, to: &tally) { Float($0) }
      }
    }
    distinct = seen.count
  }

  private static func note<Word: FixedWidthInteger & UnsignedInteger>(
    _ words: Words<Word>, in seen: inout Set<Word>
  ) {
    for index in 0..<words.count {
      guard seen.count < mostDistinct else { return }
      seen.insert(words[index])
    }
  }

  @inline(__always)
  private mutating func add<Word: FixedWidthInteger & UnsignedInteger>(
    _ words: Words<Word>, to tally: inout NumberTally, _ number: (Word) -> Float
  ) {
    var zeros = 0
    for index in 0..<words.count {
      let word = words[index]
      // A 64-bit number may be too small for a Float without being zero.
      let number = number(word)
      if number == 0, word << 1 == 0 { zeros += 1 } else { tally.add(number) }
    }
    self.zeros += zeros
  }

  /// The nearest `Float`, but no infinity for what is none.
  private static func rounded(_ number: Double) -> Float {
    guard number.isFinite else { return Float(number) }
    let most = Double(Float.greatestFiniteMagnitude)
    return Float(min(max(number, -most), most))
  }

  private static func read<Word>(
    _ contents: any ByteSource, _ hash: SHA256?, _ body: (Words<Word>) -> Void
  ) throws {
    let size = MemoryLayout<Word>.size
    let preferred =
      contents is UnpackedElements ? unpackedPiece : contents.preferredReadSize / size * size
    let piece = max(size, preferred)
    for start in stride(from: 0, to: contents.byteCount, by: piece) {
      let bytes = try contents.bytes(in: start..<min(start + piece, contents.byteCount))
      bytes.withUnsafeBytes { bytes in
        hash?.update(bytes)
        body(Words(bytes: bytes))
      }
    }
  }
}

/// Little-endian words in memory of any alignment.
private struct Words<Word: FixedWidthInteger & UnsignedInteger> {
  let bytes: UnsafeRawBufferPointer

  var count: Int { bytes.count / MemoryLayout<Word>.size }

  @inline(__always)
  subscript(index: Int) -> Word {
    Word(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self))
  }
}

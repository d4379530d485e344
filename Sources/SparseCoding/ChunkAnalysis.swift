/// A parameter of an encoding, and the bytes the chunk should take with it.
struct EncodingChoice {
  let parameter: UInt8
  let size: Double
}

/// A chunk to be coded and what is known about it, each fact worked out at most once.
///
/// Buffers come from the coder's `retained` stack and live until the chunk is coded.
final class ChunkAnalysis {
  /// Larger chunks are estimated by a sample of this many elements, in evenly spaced pieces.
  private static let sampleCount = 4096
  private static let pieces = 16

  let elements: Elements
  let hints: [ChunkHint]
  let coder: ChunkCoder
  /// Where the elements lie in their tensor, when that is known.
  let grid: ElementGrid?
  /// How many elements are all zero bytes.
  let zeroCount: Int

  init(
    _ elements: Elements, hints: [ChunkHint] = [], on grid: ElementGrid? = nil, coder: ChunkCoder
  ) {
    self.elements = elements
    self.hints = hints
    self.coder = coder
    self.grid = grid ?? Self.grid(hints, elements.count)
    zeroCount = elements.layout.word.zeroCount(elements.bytes)
  }

  private static func grid(_ hints: [ChunkHint], _ count: Int) -> ElementGrid? {
    for case .rows(let length, let kernel, let first) in hints {
      let isSmall = kernel <= RowGeometry.largestKernel
      let geometry = RowGeometry(rowLength: length, kernel: isSmall ? kernel : 1, first: first)
      if geometry.isPossible(count) { return ElementGrid(geometry: geometry) }
    }
    return nil
  }

  /// What encodings chose for the chunk.
  private var choices: [EncodingID: EncodingChoice?] = [:]

  /// What an encoding chose when it was first asked; nil when it does not apply.
  func choice(of id: EncodingID, _ choose: () -> EncodingChoice?) -> EncodingChoice? {
    if let choice = choices[id] { return choice }
    let choice = choose()
    choices[id] = choice
    return choice
  }

  private var quickSize: (id: EncodingID, size: Double)?

  /// The bytes that what an encoding makes of the elements takes when matched quickly; measured once.
  func quickSize(for id: EncodingID, _ measure: () -> Double) -> Double {
    if let quickSize, quickSize.id == id { return quickSize.size }
    let size = measure()
    quickSize = (id, size)
    return size
  }

  var count: Int { elements.count }
  var layout: ElementLayout { elements.layout }
  var nonZeroCount: Int { count - zeroCount }

  /// True when zeros can pay for saying where they are.
  ///
  /// Bytes take as much with their zeros as a mask and the others do, but for what contexts tell of
  /// the mask; only many zeros make up for the work.
  var isWorthMasking: Bool {
    guard layout.width > 1 || coder.level == .small || zeroCount * 4 >= count else { return false }
    return nonZeroCount > 0
      && maskEntropy(yes: zeroCount, of: count) < Double(zeroCount * layout.width)
  }

  /// True when all elements are equal.
  private(set) lazy var isConstant = elements.bytes.repeats(every: layout.width)

  /// True when a tenth of the non-zero elements of the sample were met before in it, in pieces of
  /// four when they are so narrow that one alone says little.
  private(set) lazy var hasRepeats: Bool = {
    if layout.width <= 2 { return LongRepeats.perMille(of: sample.bytes) >= 100 }
    let words = (1 << 16) / UInt64.bitWidth
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { seen in
      seen.initialize(repeating: 0)
      guard let base = seen.baseAddress else { return false }
      let nonZeros = sample.count - layout.word.zeroCount(sample.bytes)
      return layout.word.repeatCount(sample.bytes, seen: base) * 10 > nonZeros
    }
  }()

  /// Some of the elements, to estimate by.
  private(set) lazy var sample: Elements = {
    guard count > Self.sampleCount else { return elements }
    return pieces(Self.pieces, of: Self.sampleCount / Self.pieces)
  }()

  /// Evenly spaced pieces of the elements, one after the other.
  func pieces(_ number: Int, of length: Int) -> Elements {
    let size = length * layout.width
    let bytes = coder.retained.take(number * size)
    for piece in 0..<number {
      let start = (count - length) * piece / (number - 1) * layout.width
      UnsafeMutableRawBufferPointer(rebasing: bytes[(piece * size)...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: elements.bytes[start..<(start + size)]))
    }
    return Elements(bytes, layout)
  }

  /// One bit per element, set where it is not zero; unused bits are zero.
  private(set) lazy var mask: UnsafeRawBufferPointer = {
    let mask = coder.retained.take((count + 7) / 8)
    if let base = mask.baseAddress { layout.word.makeMask(elements.bytes, into: base) }
    return UnsafeRawBufferPointer(mask)
  }()

  /// The non-zero elements and their indices.
  private lazy var compacted = Self.compact(elements, nonZeroCount, coder.retained)

  /// The non-zero elements.
  var nonZeros: Elements { compacted.values }

  /// The gaps before the non-zero elements, as encoding 6 defines them.
  private(set) lazy var gaps: UnsafeRawBufferPointer = {
    let gaps = coder.retained.take(nonZeroCount + count / 255)
    guard let positions = compacted.positions.baseAddress else { return .init(gaps) }
    var length = 0
    var next = 0
    for index in 0..<nonZeroCount {
      let position = Int(UInt32.load(positions, index))
      var gap = position - next
      while gap >= 255 {
        gaps[length] = 255
        length += 1
        gap -= 255
      }
      gaps[length] = UInt8(truncatingIfNeeded: gap)
      length += 1
      next = position + 1
    }
    return UnsafeRawBufferPointer(gaps.first(length))
  }()

  /// The non-zero elements as a coded chunk, which several encodings end in.
  ///
  /// Kept after the first use, because a failure leaves nothing to reuse.
  func codedNonZeros() throws(SparseCodingError) -> [UInt8] {
    if let coded = keptNonZeros { return coded }
    var grid = grid
    grid?.positions = compacted.positions
    let coded = try coder.encodeDense(nonZeros, on: grid)
    keptNonZeros = coded
    return coded
  }
  private var keptNonZeros: [UInt8]?

  /// The bytes that one non-zero element should take when coded.
  private(set) lazy var bytesPerNonZero: Double = {
    let values = ChunkAnalysis(nonZeroSample, hints: [], coder: coder)
    guard values.count > 0 else { return Double(layout.width) }
    return coder.denseEstimate(values) / Double(values.count)
  }()

  private var nonZeroSample: Elements {
    let zeros = layout.word.zeroCount(sample.bytes)
    return Self.compact(sample, sample.count - zeros, coder.retained).values
  }

  private static func compact(
    _ elements: Elements, _ kept: Int, _ scratch: ScratchStack
  ) -> (values: Elements, positions: UnsafeRawBufferPointer) {
    let values = scratch.take(kept * elements.layout.width)
    let positions = scratch.take(kept * MemoryLayout<UInt32>.size)
    if let first = values.baseAddress, let second = positions.baseAddress {
      elements.layout.word.compact(elements.bytes, into: first, positions: second)
    }
    return (Elements(values, elements.layout), UnsafeRawBufferPointer(positions))
  }
}

internal import ByteStorage

/// Codes and decodes chunks of elements; one per worker, because it owns reusable memory.
///
/// A coded chunk names its encoding and its coders and is read without its neighbours. The bytes
/// depend on the elements, their layout, the hints and the level alone.
public final class ChunkCoder {
  /// The most elements a chunk may have.
  public static let maximumCount = Limits.chunkElements

  let level: CompressionLevel
  let kernels: KernelPath
  let codecs: [(id: CoderID, codec: any StreamCodec)]
  /// Memory for one step.
  let scratch = ScratchStack()
  /// Memory for what is known about a chunk, until it is coded.
  let retained = ScratchStack()
  /// Which elements of the chunk are being decoded.
  private(set) var places = ElementPlaces.all
  private lazy var zstd = ZstdContext()
  /// Says how well whole elements match each other.
  private(set) lazy var quickMatcher = ZstdCompressor.matching(level: 3, in: zstd)
  /// Codes text, and elements that do.
  private(set) lazy var strongMatcher = ZstdCompressor.matching(
    level: level.strongMatcherLevel, in: zstd)

  /// Makes a coder for a level; the level does not matter for decoding.
  public convenience init(level: CompressionLevel) {
    self.init(level: level, kernels: .best)
  }

  /// Makes a coder that keeps to some instructions.
  init(level: CompressionLevel, kernels: KernelPath) {
    self.level = level
    self.kernels = kernels
    codecs = EntropyCoders.implementations.map {
      ($0.id, $0.makeCodec(level: level, kernels: kernels))
    }
  }

  /// The smallest coded form found for a chunk: at most its size and one byte.
  ///
  /// Throws `SparseCodingError.badLayout` when the chunk is no whole number of elements or has
  /// more than `maximumCount`.
  public func encode(
    _ chunk: UnsafeRawBufferPointer, layout: ElementLayout, hints: [ChunkHint] = []
  ) throws(SparseCodingError) -> [UInt8] {
    try Self.check(chunk.count, layout)
    return try encode(Elements(chunk, layout), hints: hints, SparseEncodings.implementations)
  }

  /// Fills `output`, whose size says how many elements the chunk has, from a coded chunk.
  ///
  /// Throws `SparseCodingError` for anything that is no exactly coded chunk of that size; the
  /// output is undefined then. Allocates in proportion to `output`, whatever the chunk claims.
  public func decode(
    _ coded: UnsafeRawBufferPointer, layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer
  ) throws(SparseCodingError) {
    try Self.check(output.count, layout)
    var reader = CodedReader(coded)
    let encoding = try SparseEncodings.implementation(of: reader.byte())
    try decode(&reader, encoding, as: layout, into: output)
    try reader.finish()
  }

  /// The encoding a coded chunk names, known or not; nil for no bytes at all.
  public static func encoding(of coded: UnsafeRawBufferPointer) -> EncodingID? {
    coded.first.map { EncodingID(rawValue: $0) }
  }

  private static func check(_ size: Int, _ layout: ElementLayout) throws(SparseCodingError) {
    guard size % layout.width == 0 else {
      throw .badLayout("\(size) bytes are no whole number of elements of \(layout.width) bytes")
    }
    guard size / layout.width <= maximumCount else {
      throw .badLayout("a chunk of \(size / layout.width) elements: at most \(maximumCount)")
    }
  }
}

// What encodings with values inside of them need.
extension ChunkCoder {
  /// Codes the values of a sparse chunk, which may lie on a grid.
  func encodeDense(
    _ values: Elements, on grid: ElementGrid? = nil
  ) throws(SparseCodingError) -> [UInt8] {
    try encode(values, on: grid, SparseEncodings.implementations.filter { $0.isDense })
  }

  /// Decodes the values of a sparse chunk.
  func decodeDense(
    _ reader: inout CodedReader, as layout: ElementLayout, at places: ElementPlaces = .all,
    into output: UnsafeMutableRawBufferPointer
  ) throws(SparseCodingError) {
    let encoding = try SparseEncodings.implementation(of: reader.byte())
    guard encoding.isDense else { throw .misplacedEncoding(encoding.id) }
    self.places = places
    defer { self.places = .all }
    try decode(&reader, encoding, as: layout, into: output)
  }

  /// Decodes a chunk that stands inside of another and has all its elements.
  func decodeAll(
    _ reader: inout CodedReader, as layout: ElementLayout, inside outer: EncodingID,
    into output: UnsafeMutableRawBufferPointer
  ) throws(SparseCodingError) {
    let encoding = try SparseEncodings.implementation(of: reader.byte())
    guard encoding.id != outer else { throw .misplacedEncoding(encoding.id) }
    try decode(&reader, encoding, as: layout, into: output)
  }

  /// Fills `output` with the values that end a chunk, in the places of a mask's bits, and zeros.
  ///
  /// The mask is whole 64-bit words.
  func decodeValues(
    _ reader: inout CodedReader, as layout: ElementLayout,
    at mask: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(SparseCodingError) {
    let kept = mask.reduce(0) { $0 &+ $1.nonzeroBitCount }
    let values = scratch.take(kept * layout.width)
    let places = ElementPlaces.mask(UnsafeRawBufferPointer(mask))
    try decodeDense(&reader, as: layout, at: places, into: values)
    output.zeroFill()
    guard let source = values.baseAddress, let target = output.baseAddress else { return }
    layout.word.scatter(source, mask: UnsafeRawBufferPointer(mask), into: target)
  }

  private func decode(
    _ reader: inout CodedReader, _ encoding: any ChunkEncoding, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer
  ) throws(SparseCodingError) {
    guard output.count > 0 || encoding.id == .raw else {
      throw .badChunk(encoding.id, reason: "no elements, which only encoding 0 may hold")
    }
    try encoding.decode(&reader, as: layout, into: output, with: self)
  }
}

/// A way to turn a stream of bytes into fewer bytes.
public protocol EntropyCoder: Sendable {
  /// The number in files.
  var id: CoderID { get }
  /// The short name used in tables and reports.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }
}

/// The working side of a coder: it makes the state one worker needs.
protocol StreamCoder: EntropyCoder {
  /// The state for one worker.
  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec
}

/// One worker's instance of a coder.
protocol StreamCodec: AnyObject {
  /// The stored length where the raw length implies it; it is not written then.
  func storedLength(ofRaw count: Int) -> Int?

  /// The coded form, raw itself or bytes in `scratch`; nil when coding is not worth a try.
  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer?

  /// Fills `raw` exactly, using every byte of `stored`.
  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError)
}

/// What a stream is coded or decoded for.
struct StreamUse {
  /// Which elements of a chunk it holds bytes of, when those of some only.
  var places = ElementPlaces.all
  /// The memory that is written next: a coder that has to wait for none brings it near.
  var target: UnsafeRawBufferPointer?
}

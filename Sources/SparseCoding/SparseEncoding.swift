/// A way to turn the elements of a chunk into streams of bytes.
public protocol SparseEncoding: Sendable {
  /// The number in files.
  var id: EncodingID { get }
  /// The short name used in tables and reports.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }
}

/// The working side of an encoding.
///
/// An encoder estimates first, so that only promising candidates are really coded.
protocol ChunkEncoding: SparseEncoding {
  /// True when it stores every element, and so may hold the values of a sparse encoding.
  var isDense: Bool { get }

  /// The bytes the coded chunk should take, tables left out; nil when it does not apply.
  ///
  /// May promise too much: the coded size decides.
  func estimate(_ chunk: ChunkAnalysis) -> Double?

  /// Appends parameters and streams (not the id); false when it does not apply after all.
  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) throws(SparseCodingError) -> Bool

  /// Fills `output`, which holds at least one element, from what `encode` appended.
  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError)
}

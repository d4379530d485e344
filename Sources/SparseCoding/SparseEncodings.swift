/// The list of encodings.
public enum SparseEncodings {
  /// Every encoding, in the order of the numbers.
  public static var all: [any SparseEncoding] { implementations }

  /// Their working side; a new encoding is a new line here.
  static let implementations: [any ChunkEncoding] = [
    RawEncoding(),
    ConstantEncoding(),
    FloatSplitEncoding(),
    BytePlanesEncoding(),
    IntegerEncoding(),
    BitmaskEncoding(),
    GapEncoding(),
    PatternEncoding(),
    BlockEncoding(),
    RepeatsEncoding(),
    FloatJointEncoding(),
    MixedMaskEncoding(),
    SignedRepeatsEncoding(),
    PaletteEncoding(),
    ScaledEncoding(),
    RowClassesEncoding(),
    NegativeZerosEncoding(),
  ]

  /// The encoding of a number read from a file.
  static func implementation(of id: UInt8) throws(SparseCodingError) -> any ChunkEncoding {
    for encoding in implementations where encoding.id.rawValue == id { return encoding }
    throw .unknownEncoding(id)
  }
}

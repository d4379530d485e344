extension ElementLayout {
  /// Bytes without a known meaning.
  public static let bytes = ElementLayout(UInt8.self, .opaque)
  /// Floats of two bytes: half precision, or the upper half of single precision.
  public static let float16 = ElementLayout(UInt16.self, .float)
  /// Floats of four bytes.
  public static let float32 = ElementLayout(UInt32.self, .float)
  /// Floats of eight bytes.
  public static let float64 = ElementLayout(UInt64.self, .float)
  /// Integers of one byte.
  public static let int8 = ElementLayout(UInt8.self, .signedInteger)
  /// Integers of two bytes.
  public static let int16 = ElementLayout(UInt16.self, .signedInteger)
  /// Integers of four bytes.
  public static let int32 = ElementLayout(UInt32.self, .signedInteger)
  /// Integers of eight bytes.
  public static let int64 = ElementLayout(UInt64.self, .signedInteger)
  /// Natural numbers of one byte.
  public static let uint8 = ElementLayout(UInt8.self, .unsignedInteger)
  /// Natural numbers of two bytes.
  public static let uint16 = ElementLayout(UInt16.self, .unsignedInteger)
  /// Natural numbers of four bytes.
  public static let uint32 = ElementLayout(UInt32.self, .unsignedInteger)
  /// Natural numbers of eight bytes.
  public static let uint64 = ElementLayout(UInt64.self, .unsignedInteger)

  private init<Word: ElementWord>(_ word: Word.Type, _ kind: Kind) {
    self.init(width: MemoryLayout<Word>.size, kind: kind, word: word)
  }
}

/// The number of an encoding in files; numbers are never reused.
public struct EncodingID: RawRepresentable, Sendable, Hashable {
  /// The byte in the file.
  public let rawValue: UInt8

  /// Wraps a byte, known or not.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  static let raw = EncodingID(rawValue: 0)
  static let constant = EncodingID(rawValue: 1)
  static let floatSplit = EncodingID(rawValue: 2)
  static let bytePlanes = EncodingID(rawValue: 3)
  static let integer = EncodingID(rawValue: 4)
  static let bitmask = EncodingID(rawValue: 5)
  static let gaps = EncodingID(rawValue: 6)
  static let pattern = EncodingID(rawValue: 7)
  static let blocks = EncodingID(rawValue: 8)
  static let repeats = EncodingID(rawValue: 9)
  static let floatJoint = EncodingID(rawValue: 10)
  static let mixedMask = EncodingID(rawValue: 11)
  static let signedRepeats = EncodingID(rawValue: 12)
  static let palette = EncodingID(rawValue: 13)
  static let scaled = EncodingID(rawValue: 14)
  static let rowClasses = EncodingID(rawValue: 15)
  static let negativeZeros = EncodingID(rawValue: 16)
}

/// The number of an entropy coder in files; numbers are never reused.
public struct CoderID: RawRepresentable, Sendable, Hashable {
  /// The byte in the file.
  public let rawValue: UInt8

  /// Wraps a byte, known or not.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  static let stored = CoderID(rawValue: 0)
  static let zlib = CoderID(rawValue: 1)
  static let zstd = CoderID(rawValue: 2)
  static let constantByte = CoderID(rawValue: 4)
  static let rans = CoderID(rawValue: 5)
  static let mixed = CoderID(rawValue: 6)
}

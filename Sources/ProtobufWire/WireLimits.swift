internal import ByteStorage

/// The bounds a walk keeps, so that no input makes a reader use more than it is worth.
public struct WireLimits: Sendable {
  /// The most messages inside of each other.
  public var depth = Limits.messageDepth
  /// The most bytes of a name.
  public var nameLength = Limits.nameBytes
  /// The memory that unpacking may take whatever the size of the input.
  public var baseMemory = 64 << 20
  /// How many bytes of memory unpacking may take for each byte of structure.
  ///
  /// Attributes of a few bytes become structs of a few hundred: real graphs take up to 20.
  public var memoryRatio = 32

  /// The limits that real models stay far below.
  public init() {}
}

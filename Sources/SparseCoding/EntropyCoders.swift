/// The list of entropy coders.
public enum EntropyCoders {
  /// Every coder, in the order of the numbers.
  public static var all: [any EntropyCoder] { implementations }

  /// Their working side; a new coder is a new line here.
  static let implementations: [any StreamCoder] = [
    StoredCoder(),
    ZlibCoder(),
    ZstdCoder(),
    ConstantByteCoder(),
    RansCoder(),
    MixedCoder(),
  ]
}

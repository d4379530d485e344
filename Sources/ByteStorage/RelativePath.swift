/// A path that stays inside its folder: parts separated by `/`, none of them empty, `.` or `..`.
public struct RelativePath: Hashable, Sendable {
  /// The parts, outermost first; at least one.
  public let parts: [ByteString]

  /// Checks a path from a file; nil when it is absolute, leaves its folder, or cannot be a file's name.
  public init?(_ path: ByteString) {
    let parts = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { ByteString(Array($0)) }
    let bad: Set<ByteString> = ["", ".", ".."]
    guard parts.allSatisfy({ !bad.contains($0) && $0.bytes.count <= 255 && !$0.bytes.contains(0) })
    else { return nil }
    self.parts = parts
  }

  /// The path as it stands in the file.
  public var bytes: ByteString {
    ByteString(Array(parts.map(\.bytes).joined(separator: [UInt8(ascii: "/")])))
  }
}

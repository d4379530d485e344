/// A path from a file that stays inside its folder, in its shortest form.
///
/// Refused are absolute paths, `..`, empty parts, NUL, backslashes, drive letters, and parts no file
/// system takes. A part `.` is dropped.
public struct RelativePath: Hashable, Sendable {
  private static let longestPart = 255

  /// The parts, outermost first; at least one.
  public let parts: [ByteString]

  /// Checks a path.
  ///
  /// - Throws: `FileError.escapingPath` when it does not stay inside its folder.
  public init(_ path: ByteString) throws(FileError) {
    let bytes = path.bytes
    let isPlain =
      !bytes.contains(0) && !bytes.contains(UInt8(ascii: "\\"))
      && !(bytes.count > 1 && bytes[1] == UInt8(ascii: ":"))
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { ByteString(Array($0)) }
    guard isPlain, parts.last != ".",
      parts.allSatisfy({ !$0.isEmpty && $0 != ".." && $0.bytes.count <= Self.longestPart })
    else { throw FileError.escapingPath(path.text) }
    self.parts = parts.filter { $0 != "." }
  }

  /// The path in its shortest form.
  public var bytes: ByteString {
    ByteString(Array(parts.map(\.bytes).joined(separator: [UInt8(ascii: "/")])))
  }
}

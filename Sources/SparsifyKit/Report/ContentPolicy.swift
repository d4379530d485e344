internal import ByteStorage

/// What a page allows a browser to do: show its own style, run its own script, and nothing else.
enum ContentPolicy {
  /// The policy for a page with one style and one script, named by their digests (CSP level 2).
  static func text(style: String, script: String) -> String {
    [
      "default-src 'none'", "style-src '\(digest(of: style))'",
      "script-src '\(digest(of: script))'",
      "base-uri 'none'", "form-action 'none'",
    ].joined(separator: "; ")
  }

  private static func digest(of text: String) -> String {
    let hash = SHA256()
    Array(text.utf8).withUnsafeBytes { hash.update($0) }
    return "sha256-" + base64(hash.finalize())
  }

  /// The bytes in base64 (RFC 4648).
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).reduce(into: "") { text, start in
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = (0..<3).reduce(0) {
        $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0)
      }
      for place in 0...group.count { text.append(digits[word >> (18 - 6 * place) & 63]) }
      text += String(repeating: "=", count: 3 - group.count)
    }
  }
}

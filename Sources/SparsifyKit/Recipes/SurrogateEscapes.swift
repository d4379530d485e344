internal import ByteStorage

extension [UInt8] {
  /// JSON writes characters beyond U+FFFF as two escapes, `\ud83d\ude00`, which YAML does not know: the
  /// same text with the characters themselves.
  ///
  /// Only for texts that begin as JSON does, where escapes stand in double quotes alone.
  var joiningSurrogateEscapes: [UInt8] {
    guard first(where: { !" \n\r\t".utf8.contains($0) }) == UInt8(ascii: "{") else { return self }
    var result: [UInt8] = []
    var index = 0
    while index < count {
      if let high = escape(at: index), let low = escape(at: index + 6),
        UTF16.isLeadSurrogate(high), UTF16.isTrailSurrogate(low)
      {
        result += String(decoding: [high, low], as: UTF16.self).utf8
        index += 12
      } else {
        // What follows a backslash begins no escape.
        let length = self[index] == UInt8(ascii: "\\") ? Swift.min(2, count - index) : 1
        result += self[index..<index + length]
        index += length
      }
    }
    return result
  }

  /// The code unit that an escape `\u1234` stands for.
  private func escape(at index: Int) -> UInt16? {
    guard index + 6 <= count, self[index] == UInt8(ascii: "\\"),
      self[index + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = self[index + 2..<index + 6]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}

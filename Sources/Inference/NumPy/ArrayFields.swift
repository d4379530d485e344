/// The three fields of a .npy file's head, which stand there as a Python literal.
///
/// Nothing of Python is run: a dictionary of a text, a truth value and a tuple of numbers is all that
/// is understood.
struct ArrayFields {
  /// Why a head is refused.
  enum Refusal: Error {
    case notALiteral
    case record
  }

  /// The most digits of a dimension.
  fileprivate static let mostDigits = 18

  let type: String
  let isFortranOrder: Bool
  let shape: [Int]

  fileprivate struct Reader {
    let bytes: ArraySlice<UInt8>
    var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
      self.bytes = bytes
      position = bytes.startIndex
    }
  }

  init(_ bytes: ArraySlice<UInt8>) throws(Refusal) {
    var reader = Reader(bytes)
    var type: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try reader.expect("{")
    while !reader.take("}") {
      let key = try reader.text()
      try reader.expect(":")
      switch key {
      case "descr" where type == nil: type = try reader.type()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try reader.truth()
      case "shape" where shape == nil: shape = try reader.tuple()
      default: throw .notALiteral
      }
      if !reader.take(",") {
        try reader.expect("}")
        break
      }
    }
    guard reader.isAtEnd, let type, let isFortranOrder, let shape else { throw .notALiteral }
    (self.type, self.isFortranOrder, self.shape) = (type, isFortranOrder, shape)
  }
}

extension ArrayFields.Reader {
  var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return position == bytes.endIndex
    }
  }

  mutating func skipBlanks() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A].contains(bytes[position]) { position += 1 }
  }

  /// Takes a sign if it comes next.
  mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: sign) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ sign: Unicode.Scalar) throws(ArrayFields.Refusal) {
    guard take(sign) else { throw .notALiteral }
  }

  /// A text in single or double quotes, without escapes.
  mutating func text() throws(ArrayFields.Refusal) -> String {
    skipBlanks()
    guard position < bytes.endIndex,
      let quote = [0x22, 0x27].first(where: { $0 == bytes[position] })
    else { throw .notALiteral }
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { throw .notALiteral }
    defer { position = end + 1 }
    let inside = bytes[(position + 1)..<end]
    guard !inside.contains(UInt8(ascii: "\\")) else { throw .notALiteral }
    return String(decoding: inside, as: UTF8.self)
  }

  /// The element type; a list is that of a record.
  mutating func type() throws(ArrayFields.Refusal) -> String {
    if take("[") { throw .record }
    return try text()
  }

  mutating func truth() throws(ArrayFields.Refusal) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw .notALiteral
  }

  /// Numbers in parentheses, such as `()`, `(3,)` and `(3, 4)`.
  mutating func tuple() throws(ArrayFields.Refusal) -> [Int] {
    try expect("(")
    var numbers: [Int] = []
    while !take(")") {
      numbers.append(try number())
      if take(",") { continue }
      // A single number in parentheses without a comma is no tuple.
      guard numbers.count > 1 else { throw .notALiteral }
      try expect(")")
      break
    }
    return numbers
  }

  mutating func number() throws(ArrayFields.Refusal) -> Int {
    skipBlanks()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    guard digits.count <= ArrayFields.mostDigits,
      let value = Int(String(decoding: digits, as: UTF8.self))
    else { throw .notALiteral }
    position += digits.count
    // Python 2 wrote long numbers so.
    if position < bytes.endIndex, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}

internal import ByteStorage

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Values as lines of JSON: one value a line, names sorted.
struct JSONLines {
  /// No line of a plan or of results is nearly as long.
  static let longestLine = 1 << 20

  private let path: String
  private let decoder = JSONDecoder()

  /// Reads lines of a file; the path is for messages.
  init(path: String) {
    self.path = path
  }

  /// A value as a line, with its end.
  static func line(of value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  /// Hands over the lines one after the other without their ends, numbered from 1, and whether they
  /// have an end.
  ///
  /// Throws `BatchError.malformedLine` for a line that is too long; what `body` throws.
  func forEachLine(
    of source: any ByteSource, _ body: (ArraySlice<UInt8>, Int, Bool) throws -> Void
  ) throws {
    var (rest, number, offset) = ([UInt8](), 0, 0)
    while offset < source.byteCount {
      let piece = try source.bytes(
        in: offset..<min(offset + source.preferredReadSize, source.byteCount))
      offset += piece.count
      let bytes = rest + piece
      var start = 0
      while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        number += 1
        try check(end - start, number)
        try body(bytes[start..<end], number, true)
        start = end + 1
      }
      rest = Array(bytes[start...])
      try check(rest.count, number + 1)
    }
    if !rest.isEmpty { try body(rest[...], number + 1, false) }
  }

  private func check(_ count: Int, _ number: Int) throws(BatchError) {
    guard count <= Self.longestLine else { throw failure(number, "the line is too long") }
  }

  /// The value of a line; names that are not known are passed over.
  ///
  /// Throws `BatchError.malformedLine` when there is no such value.
  func decode<Value: Decodable>(
    _ type: Value.Type, from line: ArraySlice<UInt8>, _ number: Int
  ) throws(BatchError) -> Value {
    do {
      return try decoder.decode(type, from: Data(line))
    } catch let error as DecodingError {
      throw failure(number, Self.reason(error))
    } catch {
      throw failure(number, "this is not JSON")
    }
  }

  /// The failure of a line.
  func failure(_ number: Int, _ reason: String) -> BatchError {
    .malformedLine(path: path, line: number, reason: reason)
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" is of the wrong kind"
    default: "this is not JSON, or a value is out of range"
    }
  }
}

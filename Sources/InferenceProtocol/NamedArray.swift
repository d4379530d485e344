/// The elements of an input or an output, as they go from one side to the other.
public struct NamedArray: Equatable, Sendable {
  /// The most dimensions.
  public static let mostDimensions = 16

  /// The name of the input or output.
  public let name: String
  /// ONNX's number of the element type.
  public let elementType: Int32
  /// The dimensions, slowest first.
  public let dimensions: [Int64]
  /// The elements, packed, little-endian.
  public let contents: ArrayContents

  /// Describes elements.
  public init(name: String, elementType: Int32, dimensions: [Int64], contents: ArrayContents) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
    self.contents = contents
  }

  /// Describes elements in an array.
  public init(name: String, elementType: Int32, dimensions: [Int64], contents: ArraySlice<UInt8>) {
    self.init(
      name: name, elementType: elementType, dimensions: dimensions,
      contents: ArrayContents(contents))
  }

  /// How many bytes that many elements take; nil for types that are not handed over.
  public static func byteCount(ofType elementType: Int32, dimensions: [Int64]) -> Int? {
    guard let bits = bitWidths[elementType], dimensions.count <= mostDimensions else { return nil }
    var total = bits
    for dimension in dimensions {
      let (product, overflow) = total.multipliedReportingOverflow(by: Int(dimension))
      guard dimension >= 0, !overflow else { return nil }
      total = product
    }
    return total / 8 + (total % 8 == 0 ? 0 : 1)
  }

  /// Numbers of ONNX's data types that have a width, and that width.
  private static let bitWidths: [Int32: Int] = [
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64,
    15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4,
  ]

  init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    name = try decoder.text()
    elementType = try decoder.number(Int32.self)
    dimensions = try decoder.list { decoder throws(ProtocolError) in
      try decoder.number(Int64.self)
    }
    contents = try decoder.arrayContents()
    guard
      Self.byteCount(ofType: elementType, dimensions: dimensions) == contents.count
    else { throw ProtocolError("an array whose shape does not fit its bytes") }
  }

  func encode(into encoder: inout MessageEncoder) {
    encoder.add(name)
    encoder.add(elementType)
    encoder.add(list: dimensions) { $1.add($0) }
    encoder.add(contents)
  }
}

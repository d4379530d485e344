public import ModelGraph

/// The elements of one input or output, in memory.
public struct NumericArray: Sendable, Hashable {
  /// What an element is.
  public let elementType: ElementType
  /// The dimensions.
  public let shape: Shape
  /// The elements, packed, little-endian, first dimension slowest.
  public let contents: [UInt8]

  /// Makes an array; nil when the bytes do not fit the shape.
  public init?(elementType: ElementType, shape: Shape, contents: [UInt8]) {
    guard elementType.byteCount(of: shape.elementCount) == contents.count else { return nil }
    self.init(elementType, shape, contents)
  }

  private init(_ elementType: ElementType, _ shape: Shape, _ contents: [UInt8]) {
    self.elementType = elementType
    self.shape = shape
    self.contents = contents
  }

  /// Makes an array of 32-bit floats; nil when their number does not fit the dimensions.
  public init?(_ values: [Float], dimensions: [Int]) {
    guard let shape = Shape(dimensions) else { return nil }
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    self.init(elementType: .float32, shape: shape, contents: bytes)
  }

  /// The type and dimensions in words, such as `float32 1x3x224x224`.
  public var summary: String { "\(elementType.name) \(shape)" }

  /// Some of the elements along the first axis.
  ///
  /// Nil when there is no first axis, it is shorter, or an element is less than a byte.
  public func rows(_ range: Range<Int>) -> NumericArray? {
    guard let count = shape.dimensions.first, range.lowerBound >= 0, range.upperBound <= count,
      let bits = elementType.bitWidth, bits % 8 == 0,
      let part = Shape([range.count] + shape.dimensions.dropFirst())
    else { return nil }
    let rowBytes = count == 0 ? 0 : contents.count / count
    let bytes = contents[range.lowerBound * rowBytes..<range.upperBound * rowBytes]
    return NumericArray(elementType, part, Array(bytes))
  }

  /// Some of the elements along the first axis, in the order given.
  ///
  /// Nil when there is no first axis, an index is outside of it, or an element is less than a byte.
  public func rows(at indices: [Int]) -> NumericArray? {
    guard let count = shape.dimensions.first, indices.allSatisfy((0..<count).contains),
      let bits = elementType.bitWidth, bits % 8 == 0,
      let part = Shape([indices.count] + shape.dimensions.dropFirst())
    else { return nil }
    let rowBytes = count == 0 ? 0 : contents.count / count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * rowBytes)
    for index in indices { bytes += contents[index * rowBytes..<(index + 1) * rowBytes] }
    return NumericArray(elementType, part, bytes)
  }

  /// The same elements in another shape of as many; nil when the number differs.
  public func reshaped(to dimensions: [Int]) -> NumericArray? {
    guard let shape = Shape(dimensions), shape.elementCount == self.shape.elementCount else {
      return nil
    }
    return NumericArray(elementType, shape, contents)
  }
}

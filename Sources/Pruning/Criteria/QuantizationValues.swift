internal import ByteStorage
package import ModelGraph

/// The scales and zero points of a weight, read and checked.
public struct QuantizationValues: Hashable, Sendable {
  /// How they are spread over the elements.
  public let spread: Quantization.Spread
  /// The magnitudes of the scales; one 1 when there are none.
  public let scales: [Float]
  /// The zero points; one 0 when there are none.
  public let zeroPoints: [Int64]

  /// Makes values; both lists need one value, or as many as the spread asks for.
  public init(spread: Quantization.Spread, scales: [Float], zeroPoints: [Int64]) {
    self.spread = spread
    self.scales = scales
    self.zeroPoints = zeroPoints
  }

  /// The place in `scales` and `zeroPoints` that belongs to an element.
  @inline(__always)
  package func place(of element: Int) -> Int {
    switch spread {
    case .whole: 0
    case .axis(let axis): axis.entry(of: element)
    case .blocks(let axis, let block): Self.place(of: element, on: axis, block: block)
    }
  }

  /// The first element behind `element` that may have another place.
  @inline(__always)
  package func runEnd(of element: Int) -> Int {
    switch spread {
    case .whole: .max
    case .axis(let axis): (element / axis.stride + 1) * axis.stride
    case .blocks(let axis, let block):
      // Along the last axis the blocks are runs; elsewhere neighbours differ.
      axis.stride == 1
        ? element + min(block, axis.length) - axis.entry(of: element) % block
        : element + 1
    }
  }

  private static func place(of element: Int, on axis: StridedAxis, block: Int) -> Int {
    let inner = element % axis.stride
    let outer = element / axis.stride / axis.length
    let blocksOnAxis = (axis.length - 1) / block + 1
    return (outer * blocksOnAxis + axis.entry(of: element) / block) * axis.stride + inner
  }
}

extension QuantizationValues {
  /// Reads the values that a weight's quantisation names.
  ///
  /// - Throws: `WeightRefusal` for scales that are zero, infinite or NaN, and for element types that
  ///   scales and zero points cannot have; otherwise what reading throws.
  package init(_ quantization: Quantization, of model: Model) throws {
    let scales = try quantization.scale.map { try Self.scales(model[$0]) } ?? [1]
    let zeroPoints = try quantization.zeroPoint.map { try Self.zeroPoints(model[$0]) } ?? [0]
    let count = max(scales.count, zeroPoints.count)
    // The finder compared the shapes, so a list is either alone or as long as the other.
    self.init(
      spread: count == 1 ? .whole : quantization.spread,
      scales: scales.count == count ? scales : Array(repeating: scales[0], count: count),
      zeroPoints: zeroPoints.count == count
        ? zeroPoints : Array(repeating: zeroPoints[0], count: count))
  }

  private static func scales(_ tensor: Tensor) throws -> [Float] {
    guard tensor.elementType.isFloat, tensor.shape.elementCount > 0,
      tensor.contents.byteCount == tensor.elementType.byteCount(of: tensor.shape.elementCount)
    else { throw defect("its scale \"\(tensor.name)\" is no floating-point tensor") }
    let keys = try MagnitudeCriterion.keys(of: tensor)
    guard keys.allSatisfy({ $0 > 0 && $0 < Float.infinity.bitPattern }) else {
      throw defect("its scale \"\(tensor.name)\" has a value that is zero or not finite")
    }
    return keys.map(Float.init(bitPattern:))
  }

  private static func zeroPoints(_ tensor: Tensor) throws -> [Int64] {
    let count = tensor.shape.elementCount
    let unusable = defect("its zero point \"\(tensor.name)\" cannot be used")
    guard count > 0, tensor.contents.byteCount == tensor.elementType.byteCount(of: count) else {
      throw unusable
    }
    let bytes = try tensor.contents.bytes()
    if tensor.elementType.isFloat, bytes.allSatisfy({ $0 == 0 }) {
      return Array(repeating: 0, count: count)
    }
    guard tensor.elementType.isInteger else { throw unusable }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map { IntegerElements.value(at: $0, of: bytes, tensor.elementType) }
    }
  }

  private static func defect(_ reason: String) -> WeightRefusal {
    WeightRefusal(reason, isDefect: true)
  }
}

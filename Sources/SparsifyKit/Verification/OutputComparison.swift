internal import Inference
internal import ModelGraph

/// How far one output of two models is the same, over all samples.
public struct OutputComparison: Sendable, Encodable {
  /// The output.
  public let name: String
  /// How many elements were compared.
  public let elements: Int
  /// The largest difference of two elements.
  public let maxError: Double
  /// The norm of the difference over that of the original; nil when the original is all zero.
  public let relativeError: Double?
  /// The cosine of the angle between both, all elements as one vector; 1 when both are zero.
  public let cosine: Double
  /// How often both have their largest element at the same place of the last axis longer than one,
  /// as a share; nil where there is no such axis behind the first, and for integers.
  public let top1Agreement: Double?
  /// How many elements are infinite or no number in one model and not the same in the other; they are
  /// left out of the above.
  public let notFinite: Int
  /// The shapes, where the models gave different ones; nothing else was compared then.
  public let unequalShapes: String?
}

/// Adds up what `OutputComparison` tells.
struct OutputTotals {
  let name: String
  private var elements = 0
  private var maxError = 0.0
  private var squares = (original: 0.0, result: 0.0, difference: 0.0, product: 0.0)
  private var notFinite = 0
  private var rows = 0
  private var agreeing = 0
  private var unequalShapes: String?

  init(name: String) {
    self.name = name
  }

  /// Adds what both models gave in one run.
  mutating func add(_ original: NumericArray, _ result: NumericArray) {
    guard original.shape == result.shape, original.elementType == result.elementType else {
      unequalShapes = "\(original.summary) and \(result.summary)"
      return
    }
    guard let left = original.doubles(), let right = result.doubles() else {
      unequalShapes = "\(original.elementType.name), which cannot be compared"
      return
    }
    elements += left.count
    for (first, second) in zip(left, right) { add(first, second) }
    if original.elementType.isFloat, let axis = ClassAxis(original.shape) {
      rows += axis.rows
      agreeing += zip(axis.largest(left), axis.largest(right)).count { $0 == $1 }
    }
  }

  private mutating func add(_ first: Double, _ second: Double) {
    guard first.isFinite, second.isFinite else {
      if first != second, !(first.isNaN && second.isNaN) { notFinite += 1 }
      return
    }
    let difference = first - second
    maxError = max(maxError, difference.magnitude)
    squares.original += first * first
    squares.result += second * second
    squares.difference += difference * difference
    squares.product += first * second
  }

  var comparison: OutputComparison {
    let norms = squares.original.squareRoot() * squares.result.squareRoot()
    let areZero = squares.original == 0 && squares.result == 0
    let cosine = norms == 0 ? (areZero ? 1 : 0) : min(1, max(-1, squares.product / norms))
    let relative = (squares.difference / squares.original).squareRoot()
    return OutputComparison(
      name: name, elements: elements, maxError: maxError,
      relativeError: relative.isFinite ? relative : nil, cosine: cosine.isFinite ? cosine : 0,
      top1Agreement: rows > 0 ? Double(agreeing) / Double(rows) : nil, notFinite: notFinite,
      unequalShapes: unequalShapes)
  }
}

/// The axis along which the largest element is an answer: the last one longer than one, not the first.
struct ClassAxis {
  /// How many answers there are.
  let rows: Int
  private let size: Int
  private let inner: Int

  init?(_ shape: Shape) {
    let sizes = shape.dimensions
    guard let axis = sizes.indices.dropFirst().last(where: { sizes[$0] > 1 }),
      shape.elementCount > 0
    else { return nil }
    size = sizes[axis]
    inner = shape.stride(of: axis)
    rows = shape.elementCount / size
  }

  /// The place of the largest element of each row, the first of several.
  func largest(_ values: [Double]) -> [Int] {
    (0..<rows).map { row in
      let start = row / inner * inner * size + row % inner
      var best = 0
      for place in 1..<size where values[start + place * inner] > values[start + best * inner] {
        best = place
      }
      return best
    }
  }
}

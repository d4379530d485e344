internal import ModelGraph

/// numpy's broadcasting: shapes are aligned at the last axis, and axes of one are stretched.
enum Broadcasting {
  /// The shape that several shapes have together.
  static func shape(of shapes: [[Int]]) throws(ShapeError) -> [Int] {
    guard shapes.allSatisfy({ $0.count <= Shape.maximumRank }) else { throw .tooLarge }
    var result: [Int] = []
    for shape in shapes {
      while result.count < shape.count { result.insert(1, at: 0) }
      let missing = result.count - shape.count
      for (index, size) in shape.enumerated() where size != result[missing + index] {
        guard size != 1 else { continue }
        guard result[missing + index] == 1 else {
          throw .contradiction("the shapes \(shapes) cannot be broadcast")
        }
        result[missing + index] = size
      }
    }
    return result
  }

  /// For each position of a shape, the place in an operand of another shape.
  static func places(of shape: [Int], in result: [Int]) -> [Int] {
    let missing = result.count - shape.count
    var places = [0]
    for (axis, size) in result.enumerated() {
      let own = axis < missing ? 1 : shape[axis - missing]
      places = places.flatMap { place in (0..<size).map { place * own + (own == 1 ? 0 : $0) } }
    }
    return places
  }

  /// The operands' elements side by side, when all are known and the result is small.
  static func elements(_ operands: [TensorFacts], in shape: [Int]) -> [SmallElements]? {
    guard let size = Shape(shape)?.elementCount, SmallElements.areKept(shape) else { return nil }
    var result: [SmallElements] = []
    for operand in operands {
      guard let elements = operand.elements else { return nil }
      if operand.shape == shape {
        result.append(elements)
      } else if elements.count == 1 {
        result.append(elements.picked(Array(repeating: 0, count: size)))
      } else {
        result.append(elements.picked(places(of: operand.shape, in: shape)))
      }
    }
    return result
  }
}

internal import ByteStorage
internal import ModelGraph

/// Slice.
struct SliceRule: ShapeRule {
  var operators: [String] { ["Slice"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    guard let starts = try call.numbers(attribute: "starts", orInput: 1),
      let ends = try call.numbers(attribute: "ends", orInput: 2), starts.count == ends.count
    else { throw .unknownInput(1) }
    let axes = try call.numbers(attribute: "axes", orInput: 3) ?? Array(starts.indices)
    let steps = call.isGiven(4) ? try call.numbers(4) : Array(repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else {
      throw .contradiction("the bounds do not fit the axes")
    }
    var shape = input.shape
    var elements = input.elements
    for index in starts.indices {
      let axis = try call.axis(axes[index], rank: shape.count)
      guard
        let range = Self.positions(
          starts[index], ends[index], steps[index], of: shape[axis])
      else { throw .contradiction("a step of \(steps[index]) goes nowhere") }
      elements = elements.map { $0.picked(places(of: shape, axis, Array(range))) }
      shape[axis] = range.underestimatedCount
    }
    return [try call.facts(shape, input.elementType, elements)]
  }

  /// The positions from `start` to before `end`; nil for a step of 0.
  static func positions(
    _ start: Int, _ end: Int, _ step: Int, of size: Int
  ) -> StrideTo<Int>? {
    guard step != 0, step != .min else { return nil }
    func place(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
      let index = bound < 0 ? bound &+ size : bound
      return min(max(index, range.lowerBound), range.upperBound)
    }
    if step > 0 {
      return stride(from: place(start, 0...size), to: place(end, 0...size), by: step)
    }
    let last = end < -size ? -1 : place(end, -1...max(size - 1, -1))
    return stride(from: place(start, -1...max(size - 1, -1)), to: last, by: step)
  }
}

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
      guard let range = Range(starts[index], ends[index], steps[index], of: shape[axis]) else {
        throw .contradiction("a step of \(steps[index]) goes nowhere")
      }
      elements = elements.map { $0.picked(places(of: shape, axis, range.positions)) }
      shape[axis] = range.count
    }
    return [try call.facts(shape, input.elementType, elements)]
  }

  /// What is taken of an axis.
  private struct Range {
    let start: Int
    let step: Int
    let count: Int

    /// From `start` to before `end`; nil for a step of 0.
    init?(_ start: Int, _ end: Int, _ step: Int, of size: Int) {
      guard step != 0 else { return nil }
      func place(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
        let index = bound < 0 ? bound &+ size : bound
        return min(max(index, range.lowerBound), range.upperBound)
      }
      let range = step > 0 ? 0...size : -1...size - 1
      // More than the whole axis is as good as the whole axis.
      self.step = min(max(step, -size - 1), size + 1)
      self.start = place(start, range)
      let last = place(end, range)
      let distance = step > 0 ? last - self.start : self.start - last
      let length = abs(self.step)
      count = (max(distance, 0) + length - 1) / length
    }

    var positions: [Int] { (0..<count).map { start + $0 * step } }
  }
}

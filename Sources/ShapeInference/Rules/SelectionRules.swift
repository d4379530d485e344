internal import ByteStorage
internal import ModelGraph

/// Concat.
struct ConcatRule: ShapeRule {
  var operators: [String] { ["Concat"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let first = try call.input()
    let axis = try call.axis(call.node.integer("axis", default: 1), rank: first.shape.count)
    var shape = first.shape
    shape[axis] = 0
    for index in call.node.inputs.indices {
      let other = try call.shape(index)
      guard other.count == shape.count,
        other.indices.allSatisfy({ $0 == axis || other[$0] == shape[$0] })
      else { throw .contradiction("\(other) cannot be put behind \(first.shape)") }
      let (sum, overflow) = shape[axis].addingReportingOverflow(other[axis])
      guard !overflow else { throw .tooLarge }
      shape[axis] = sum
    }
    return [try call.facts(shape, first.elementType, Self.joined(call, axis, shape))]
  }

  private static func joined(_ call: OperatorCall, _ axis: Int, _ shape: [Int]) -> SmallElements? {
    guard let count = Shape(shape)?.elementCount, count <= SmallElements.maximumCount else {
      return nil
    }
    let parts = call.inputs.compactMap { facts in
      facts.flatMap { facts in facts.elements.map { (facts.shape, $0) } }
    }
    guard parts.count == call.inputs.count, let first = parts.first else { return nil }
    let rounds = shape[..<axis].reduce(1, *)
    func woven<T>(_ values: [[T]]) -> [T] {
      (0..<rounds).flatMap { round in
        zip(values, parts).flatMap { values, part in
          let length = part.0[axis...].reduce(1, *)
          return values[round * length..<(round + 1) * length]
        }
      }
    }
    if case .integers = first.1 {
      let values = parts.compactMap { part -> [Int]? in
        guard case .integers(let values) = part.1 else { return nil }
        return values
      }
      return values.count == parts.count ? .integers(woven(values)) : nil
    }
    return .reals(woven(parts.map(\.1.reals)))
  }
}

/// Split.
struct SplitRule: ShapeRule {
  var operators: [String] { ["Split"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let axis = try call.axis(call.node.integer("axis"), rank: input.shape.count)
    let size = input.shape[axis]
    let count = call.number("num_outputs") ?? call.node.outputs.count
    guard count > 0, count < 1 << 20 else { throw .contradiction("it makes no outputs") }
    // The last part is smaller when the parts are not equal.
    let part = size / count + (size % count == 0 ? 0 : 1)
    let equal = (0..<count).map { max(0, min(part, size - $0 * part)) }
    let sizes = try call.numbers(attribute: "split", orInput: 1) ?? equal
    guard sizes.allSatisfy({ (0...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw .contradiction("parts of \(sizes) do not make up \(size)")
    }
    var start = 0
    var outputs: [TensorFacts?] = []
    for length in sizes {
      var shape = input.shape
      shape[axis] = length
      let elements = input.elements.map {
        $0.picked(places(of: input.shape, axis, Array(start..<start + length)))
      }
      outputs.append(try call.facts(shape, input.elementType, elements))
      start += length
    }
    return outputs
  }
}

/// The places of some positions along an axis, in the order of the result.
func places(of shape: [Int], _ axis: Int, _ positions: [Int]) -> [Int] {
  let inner = shape[(axis + 1)...].reduce(1, *)
  let outer = shape[..<axis].reduce(1, *)
  return (0..<outer).flatMap { round in
    positions.flatMap { position in
      (0..<inner).map { (round * shape[axis] + position) * inner + $0 }
    }
  }
}

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

/// Gather: slices picked along one axis.
struct GatherRule: ShapeRule {
  var operators: [String] { ["Gather"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let indices = try call.input(1)
    let axis = try call.axis(call.node.integer("axis"), rank: input.shape.count)
    let shape = input.shape[..<axis] + indices.shape + input.shape[(axis + 1)...]
    var elements: SmallElements?
    let count = Shape(Array(shape))?.elementCount ?? .max
    if let known = input.elements, let picked = indices.integers,
      count <= SmallElements.maximumCount
    {
      let size = input.shape[axis]
      let positions = picked.map { $0 < 0 ? $0 &+ size : $0 }
      guard positions.allSatisfy({ (0..<size).contains($0) }) else {
        throw .contradiction("an index lies outside of \(size)")
      }
      elements = known.picked(places(of: input.shape, axis, positions))
    }
    var facts = try call.facts(Array(shape), input.elementType, elements)
    // Which position is picked may hang on a shape, the number picked does not by that.
    if facts.elements != nil {
      facts.isShapeDerived = input.isShapeDerived || indices.isShapeDerived
    }
    return [facts]
  }
}

/// GatherElements: single elements picked along one axis.
struct GatherElementsRule: ShapeRule {
  var operators: [String] { ["GatherElements"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    try call.output(try call.shape(1), try call.input().elementType)
  }
}

/// GatherND: slices picked by coordinates.
struct GatherNDRule: ShapeRule {
  var operators: [String] { ["GatherND"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 1)
    let indices = try call.shape(1, minimumRank: 1)
    let batch = call.node.integer("batch_dims")
    let depth = indices[indices.count - 1]
    guard (0..<indices.count).contains(batch), depth >= 0, depth <= data.count - batch else {
      throw .contradiction("coordinates of \(depth) do not fit \(data.count) axes")
    }
    return try call.output(
      indices.dropLast() + data[(batch + depth)...], try call.input().elementType)
  }
}

/// ScatterND and its like: the data with some elements replaced.
struct ScatterRule: ShapeRule {
  var operators: [String] { ["ScatterND", "ScatterElements", "Scatter", "TensorScatter"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.input()
    return [try call.facts(data.shape, data.elementType, Self.scattered(call))]
  }

  /// Single numbers put into a list, which is how exporters change one size of a shape.
  private static func scattered(_ call: OperatorCall) -> SmallElements? {
    guard call.node.operatorType == "ScatterND", let data = call.optional(0), data.shape.count == 1,
      case .integers(var values)? = data.elements, let places = call.optional(1)?.integers,
      call.optional(1)?.shape.last == 1, let updates = call.optional(2)?.integers,
      places.count == updates.count, call.text("reduction") ?? "none" == "none"
    else { return nil }
    for (place, update) in zip(places, updates) {
      let index = place < 0 ? place &+ values.count : place
      guard values.indices.contains(index) else { return nil }
      values[index] = update
    }
    return .integers(values)
  }
}

/// TopK.
struct TopKRule: ShapeRule {
  var operators: [String] { ["TopK"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let axis = try call.axis(call.node.integer("axis", default: -1), rank: input.shape.count)
    var given = call.number("k")
    if given == nil { given = try call.numbers(1).first }
    guard let count = given else { throw .unknownElements(1) }
    var shape = input.shape
    shape[axis] = count
    return [try call.facts(shape, input.elementType), try call.facts(shape, .int64)]
  }
}

/// NonZero, when the numbers are known.
struct NonZeroRule: ShapeRule {
  var operators: [String] { ["NonZero"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    guard let elements = input.elements else { throw .unknownElements(0) }
    let places = elements.reals.enumerated().filter { $0.element != 0 }.map(\.offset)
    let coordinates = input.shape.indices.flatMap { axis -> [Int] in
      let inner = input.shape[(axis + 1)...].reduce(1, *)
      return places.map { $0 / inner % input.shape[axis] }
    }
    return [try call.facts([input.shape.count, places.count], .int64, .integers(coordinates))]
  }
}

/// OneHot.
struct OneHotRule: ShapeRule {
  var operators: [String] { ["OneHot"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let indices = try call.shape(0)
    guard let depth = call.optional(1)?.elements?.reals.first, depth >= 0, depth < 1e15 else {
      throw .unknownElements(1)
    }
    let rank = indices.count + 1
    let axis = try call.axis(call.node.integer("axis", default: -1), rank: rank)
    var shape = indices
    shape.insert(Int(depth), at: axis)
    return try call.output(shape, call.optional(2)?.elementType)
  }
}

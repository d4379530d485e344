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
    guard SmallElements.areKept(shape) else { return nil }
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

internal import ByteStorage
internal import ModelGraph

/// Range: numbers at equal distances.
struct RangeRule: ShapeRule {
  var operators: [String] { ["Range"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let type = try call.input(0).elementType
    if let start = call.optional(0)?.integers?.first, let limit = call.optional(1)?.integers?.first,
      let delta = call.optional(2)?.integers?.first, delta != 0
    {
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      guard !overflow, delta != -1 || distance != .min else { throw .tooLarge }
      let count = max(0, (distance / delta) + (distance % delta == 0 ? 0 : 1))
      guard (distance < 0) == (delta < 0) || distance == 0 else {
        return [try call.facts([0], type, .integers([]))]
      }
      let isSmall = count <= SmallElements.maximumCount
      return [
        try call.facts(
          [count], type, isSmall ? .integers((0..<count).map { start &+ $0 &* delta }) : nil)
      ]
    }
    guard let start = call.optional(0)?.elements?.reals.first,
      let limit = call.optional(1)?.elements?.reals.first,
      let delta = call.optional(2)?.elements?.reals.first, delta != 0
    else { throw .unknownElements(0) }
    let quotient = ((limit - start) / delta).rounded(.up)
    guard quotient.isFinite, quotient < 1e9 else { throw .tooLarge }
    let count = Int(max(0, quotient))
    let isSmall = count <= SmallElements.maximumCount
    return [
      try call.facts(
        [count], type, isSmall ? .reals((0..<count).map { start + Double($0) * delta }) : nil)
    ]
  }
}

internal import ByteStorage
internal import ModelGraph

/// Pad: positions are added or taken away at the ends.
struct PadRule: ShapeRule {
  var operators: [String] { ["Pad"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    guard let pads = try call.numbers(attribute: "pads", orInput: 1) ?? call.list("paddings") else {
      throw .unknownInput(1)
    }
    var axes = Array(0..<rank)
    if call.isGiven(3) {
      axes = []
      for axis in try call.numbers(3) { axes.append(try call.axis(axis, rank: rank)) }
    }
    guard pads.count == 2 * axes.count else {
      throw .contradiction("\(pads.count) pads do not fit \(axes.count) axes")
    }
    var shape = input.shape
    for (place, axis) in axes.enumerated() {
      let (sum, overflow) = pads[place].addingReportingOverflow(pads[axes.count + place])
      let (size, tooLarge) = shape[axis].addingReportingOverflow(sum)
      guard !overflow, !tooLarge else { throw .tooLarge }
      shape[axis] = size
    }
    return try call.output(shape, input.elementType)
  }
}

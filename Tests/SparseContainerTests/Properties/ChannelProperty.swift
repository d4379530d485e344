internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
internal import ShapeInference
internal import StructuredPruning

/// A model without some channels and layers is sound, can be written, and has outputs of the shapes
/// it had.
func checkChannels(_ input: [UInt8]) throws {
  let original = try ONNXModelFormat().read(inMemory: MemorySource(input)).model
  var dead = original
  _ = try dead.removeDeadChannels(threads: 1)
  var short = original
  _ = try short.removeLayers(count: 1, threads: 1)
  var narrow = original
  var request = ChannelPruningRequest(goal: .ratio(0.5))
  request.headRatio = 0.5
  _ = try narrow.pruneChannels(request)
  for model in [dead, short, narrow] {
    let violations = ModelInvariants.violations(in: model)
    try require(violations.isEmpty, "what is left is sound; but \(violations.first ?? "")")
    try requireSameOutputs(original, model)
  }
}

private func requireSameOutputs(_ before: Model, _ after: Model) throws {
  for assignment in [DimensionAssignment.first, .second] {
    let (old, new) = (EvaluatedGraph(before, assignment), EvaluatedGraph(after, assignment))
    // Where something could not be evaluated, declared shapes stand in, which may be wrong.
    guard old.failures.isEmpty else { continue }
    for output in before[.main].outputs {
      guard let shape = old[output.name]?.shape, let now = new[output.name]?.shape else { continue }
      try require(shape == now, "outputs keep their shapes; \(output.name) was \(shape), is \(now)")
    }
  }
}

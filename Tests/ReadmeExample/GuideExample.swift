import SparsifyKit

/// The first example of the article ConvertingAndPruning, as it stands there.
public func guideConversion() throws {
  try Conversion(input: "model.onnx", output: "model.spm").run()
  try Conversion(input: "model.spm", output: "back.onnx").run()
}

/// The second example.
public func guidePruning() throws {
  var conversion = Conversion(input: "model.onnx", output: "small.spm")
  conversion.recipe.steps = [
    .channels(ChannelStep(share: 0.25)), .prune(PruneStep(sparsity: 0.5, scope: .global)),
  ]
  let report = try conversion.run()
  for tensor in report.pruning?.tensors ?? [] {
    print(tensor.name, tensor.zerosAfter, "of", tensor.elements)
  }
}

/// The third example.
public func guideInspection() throws {
  var inspection = Inspection(path: "small.spm")
  inspection.countsZeros = true
  let breakdown = SizeBreakdown(try inspection.run(), by: .layer)
  for row in breakdown.rows {
    print(row.name, row.bytes, row.zeros ?? 0)
  }
}

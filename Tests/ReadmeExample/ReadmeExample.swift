import SparsifyKit

/// The library example of README.md, as it stands there.
public func readmeExample() throws {
  var conversion = Conversion(input: "model.onnx", output: "model.spm")
  conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.8))]  // or try Recipe(path: "recipe.yaml").steps
  let report = try conversion.run()
  print(report.inputBytes, report.outputBytes)
}

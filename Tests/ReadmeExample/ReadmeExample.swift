import SparsifyKit

/// The library example of README.md, as it stands there.
public func readmeExample() throws {
  var conversion = Conversion(input: "model.onnx", output: "model.spm")
  conversion.pruning = PruningRequest(goal: .sparsity(0.8, .layer))
  let report = try conversion.run()
  print(report.inputBytes, report.outputBytes)
}

import SparsifyKit

/// The library example of README.md, as it stands there.
public func readmeExample() throws {
  var conversion = Conversion(input: "model.onnx", output: "model.spm")
  // Or all that a file says: conversion.recipe = try Recipe(path: "recipe.yaml")
  conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.8))]
  let report = try conversion.run()
  print(report.inputBytes, report.outputBytes)
}

import Pruning
import SparsifyKit

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The library example of README.md, as it stands there.
func readmeExample() throws {
  var conversion = Conversion(input: "model.onnx", output: "model.spm")
  conversion.pruning = PruningRequest(goal: .sparsity(0.8, .layer))
  let report = try conversion.run()
  print(report.inputBytes, report.outputBytes)
}

/// Runs `body` with a folder as the working one; all other tests use absolute paths.
func inFolder(_ path: String, _ body: () throws -> Void) throws {
  let before = getcwd(nil, 0)
  chdir(path)
  defer {
    if let before { chdir(before) }
    free(before)
  }
  try body()
}

internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Takes a tensor out of a model.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Writes one tensor of a model to a file.",
    discussion: """
      sparsify extract model.spm --tensor conv1.weight -o conv1.npy    for numpy.load
      sparsify extract model.onnx --tensor conv1.weight -o conv1.bin   the elements alone
      sparsify extract model.spm --tensor conv1.weight -o - | gzip > conv1.npy.gz

      Of a container only the chunks of that tensor are read.
      """)

  @Argument(
    help: "The model file; - for standard input.", completion: .file(extensions: ["onnx", "spm"]))
  var model: String

  @Option(help: ArgumentHelp("The tensor, as inspect --json names it.", valueName: "name"))
  var tensor: String

  @Option(
    name: [.customShort("o"), .long], help: "The file to write; - for standard output, as .npy.",
    completion: .file())
  var output: String

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing output.")
  var isForced = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard output != standardStreamPath || !common.isJSON else {
      throw ValidationError("standard output takes the tensor or --json, not both")
    }
  }

  func run() throws {
    var extraction = TensorExtraction(model: model, tensor: tensor, output: output)
    extraction.replaces = isForced
    let result = try extraction.run()
    if common.isJSON { return OutputStream.data.line(try JSONText.encode(result)) }
    common.warn(result.warnings)
    let shape =
      result.shape.isEmpty ? "scalar" : result.shape.map(String.init).joined(separator: "x")
    common.say("\(ByteString(output)): \(result.elementType) \(shape), \(ByteSize(result.bytes))")
  }
}

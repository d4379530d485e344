internal import ArgumentParser
internal import Inference
internal import SparsifyKit

/// What models are run on, and what that may take.
struct SampleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Samples: an .npz file, or .npy for one input.", valueName: "file"),
    completion: .file(extensions: ["npz", "npy"]))
  var data: String?

  @Option(help: ArgumentHelp("Samples a run where the model leaves it open.", valueName: "n"))
  var batch = 32

  @Option(help: ArgumentHelp("Random samples when there is no --data.", valueName: "n"))
  var samples = 8

  @Option(help: "Seed of the random samples.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Shape of a random input; sizes left open are 1.", valueName: "name=1x3x8"))
  var shape: [InputShape] = []

  @Option(help: ArgumentHelp("The longest that one answer may take.", valueName: "seconds"))
  var timeout = 600.0

  @Option(help: ArgumentHelp("The most memory of the runtime, such as 4G.", valueName: "size"))
  var maxMemory: ByteSize?

  mutating func validate() throws {
    guard (1...1_000_000).contains(samples), (1...1_000_000).contains(batch) else {
      throw ValidationError("--samples and --batch take a number from 1 to 1000000")
    }
    guard timeout > 0, timeout <= 1e6 else {
      throw ValidationError("--timeout takes seconds, more than 0 and at most 1000000")
    }
  }

  var settings: SampleSettings {
    var settings = SampleSettings()
    (settings.data, settings.batch, settings.count) = (data, batch, samples)
    settings.seed = seed
    settings.shapes = Dictionary(shape.map { ($0.name, $0.dimensions) }) { $1 }
    return settings
  }

  /// How the models are run.
  var inference: InferenceOptions {
    var options = InferenceOptions()
    options.secondsPerAnswer = timeout
    if let maxMemory { options.memoryLimit = maxMemory.bytes }
    return options
  }
}

/// `input=1x3x224x224`.
struct InputShape: ExpressibleByArgument {
  let name: String
  let dimensions: [Int]

  init?(argument: String) {
    guard let separator = argument.lastIndex(of: "=") else { return nil }
    let sizes = argument[argument.index(after: separator)...].split(
      separator: "x", omittingEmptySubsequences: false)
    let dimensions = sizes.compactMap { Int($0) }
    guard dimensions.count == sizes.count, dimensions.allSatisfy({ $0 > 0 }) else { return nil }
    name = String(argument[..<separator])
    self.dimensions = dimensions
  }
}

internal import ArgumentParser
internal import SparsifyKit

/// Samples, of which a command takes some.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples of the inputs: an .npz file, or .npy for one input.", valueName: "file"),
    completion: .file(extensions: ["npz", "npy"]))
  var data: [String]

  @Option(
    help: ArgumentHelp(
      "How many samples are used at most (default: \(CalibrationSettings().samples); for sensitivity \(SensitivityScan.usualSamples)).",
      valueName: "n"))
  var samples: Int?

  @Option(help: ArgumentHelp("The seed of their choice.", valueName: "n"))
  var samplingSeed: UInt64 = 0

  mutating func validate() throws {
    guard samples.map((1...CalibrationSettings.mostSamples).contains) ?? true else {
      throw ValidationError("--samples takes a number from 1 to \(CalibrationSettings.mostSamples)")
    }
  }

  /// Says which samples are used, where something was asked for.
  func apply(to settings: inout CalibrationSettings) {
    settings.samples = samples ?? settings.samples
    settings.seed = samplingSeed
  }
}

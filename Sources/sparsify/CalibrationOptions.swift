internal import ArgumentParser
internal import SparsifyKit

/// The options that say how samples help to choose and repair weights.
struct CalibrationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Samples of the inputs, or what calibrate made of them: choose weights by what layers read, and repair those that stay.",
      valueName: "npz"),
    completion: .file(extensions: ["npz", "npy", "spmstats"]))
  var calibrate: [String] = []

  @Option(
    help:
      "With --calibrate, what chooses: \(CalibrationSettings.methods.joined(separator: ", ")) (default: admm)."
  )
  var method: String?

  @Option(
    help:
      "With --calibrate, what is repaired: \(CalibrationSettings.repairs.joined(separator: ", ")) (default: refit)."
  )
  var repair: String?

  @Option(
    help:
      "With --calibrate, layers that stay dense: \(CalibrationSettings.protections.joined(separator: ", ")) (default: ends); channels of residual streams go with none only."
  )
  var protect: String?

  @Option(
    help: ArgumentHelp(
      "With --calibrate, how many samples are used at most (default: 1024).", valueName: "n"))
  var samples: Int?

  @Option(
    help: ArgumentHelp("With --calibrate, the seed of their choice (default: 0).", valueName: "n"))
  var samplingSeed: UInt64?

  /// Puts what the options say into the steps that prune weights.
  ///
  /// - Throws: `ValidationError` for options that nothing follows from.
  func amend(_ recipe: inout Recipe) throws {
    try check()
    guard !calibrate.isEmpty else { return }
    var isUsed = false
    recipe.steps = recipe.steps.map { step in
      switch step {
      case .prune(var step):
        isUsed = true
        amend(&step.calibration)
        return .prune(step)
      case .pattern(var step):
        isUsed = true
        amend(&step.calibration)
        return .pattern(step)
      case .channels(var step):
        isUsed = true
        amend(&step.calibration)
        step.calibration.method = nil
        return .channels(step)
      case .layers(var step):
        isUsed = true
        step.criterion = .outputs
        amend(samplesOf: &step.calibration)
        return .layers(step)
      }
    }
    guard isUsed else {
      throw ValidationError(
        "--calibrate goes with --sparsity, --threshold, --pattern or what removes channels or layers"
      )
    }
  }

  private func amend(_ settings: inout CalibrationSettings) {
    settings.method = method ?? settings.method
    settings.repair = repair ?? settings.repair ?? "refit"
    settings.protection = protect ?? settings.protection
    amend(samplesOf: &settings)
  }

  private func amend(samplesOf settings: inout CalibrationSettings) {
    settings.samples = samples ?? settings.samples
    settings.seed = samplingSeed ?? settings.seed
  }

  private func check() throws {
    let others = [method, repair, protect, samples.map(String.init), samplingSeed.map(String.init)]
    guard !calibrate.isEmpty || others.allSatisfy({ $0 == nil }) else {
      throw ValidationError(
        "--method, --repair, --protect, --samples and --sampling-seed go with --calibrate")
    }
    try check("--method", method, CalibrationSettings.methods)
    try check("--repair", repair, CalibrationSettings.repairs)
    try check("--protect", protect, CalibrationSettings.protections)
    guard samples.map((1...CalibrationSettings.mostSamples).contains) ?? true else {
      throw ValidationError("--samples takes a number from 1 to \(CalibrationSettings.mostSamples)")
    }
  }

  private func check(_ option: String, _ word: String?, _ known: [String]) throws {
    guard let word, !known.contains(word) else { return }
    throw ValidationError("\(option) takes one of \(known.joined(separator: ", "))")
  }
}

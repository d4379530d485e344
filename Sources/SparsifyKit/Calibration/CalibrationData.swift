internal import ByteStorage
internal import Calibration
public import Inference
internal import ModelGraph
internal import Reconstruction

/// What layers read: samples, and how the model is run on them, or sums that were kept.
public struct CalibrationData: Sendable {
  /// The paths of .npz or .npy files of samples, or of files of `StatisticsCollection`.
  public var files: [String]
  /// The input that tells which vectors count.
  public var mask = "attention_mask"
  /// How the model is run.
  public var inference = InferenceOptions()

  /// Names files; nothing is read yet.
  public init(files: [String]) {
    self.files = files
  }

  /// About how many elements of an input are run at once.
  private static let elementsPerRun = 1 << 18

  /// The sums that are in the files; nil when they hold samples.
  ///
  /// - Throws: `CalibrationError`, `NumPyError`, and `ConversionError.badOption` for files of both
  ///   kinds, in a `FileFailure`.
  func statistics() throws -> CalibrationStatistics? {
    let opened = try files.map { path in
      try FileFailure.naming(path) { (path: path, file: try ArrayFile(path: path)) }
    }
    guard opened.contains(where: { StatisticsFile.isOne($0.file) }) else { return nil }
    guard opened.allSatisfy({ StatisticsFile.isOne($0.file) }) else {
      throw ConversionError.badOption(
        "some files hold samples, others sums of them", hint: "give files of one kind")
    }
    var sums: CalibrationStatistics?
    for (path, file) in opened {
      try FileFailure.naming(path) {
        let own = try StatisticsFile.read(file)
        if sums == nil { sums = own } else { try sums?.add(own) }
      }
    }
    return sums
  }

  /// Some of the samples of all files, for a model.
  ///
  /// - Throws: `CalibrationError`, `VerificationError`, `NumPyError`, `InferenceError.badInput`, in a
  ///   `FileFailure`.
  func feed(for model: Model, _ settings: CalibrationSettings) throws -> CalibrationFeed {
    let inputs = model.givenInputs
    var sources: [DataInputs] = []
    for path in files {
      let file = try ArrayFile(path: path)
      sources.append(
        try FileFailure.naming(path) {
          guard !StatisticsFile.isOne(file) else {
            throw ConversionError.badOption(
              "sums of samples choose and repair single weights and patterns only",
              hint: "give the samples themselves")
          }
          let whole = try DataInputs(file, for: inputs, labels: nil, batch: Self.batch(inputs))
          try Self.check(whole)
          let first = try whole.inputs(ofRun: 0).arrays
          for input in inputs { try input.fitting(first[input.name]) }
          return whole
        })
    }
    let total = sources.reduce(0) { $0 + $1.sampleCount }
    let chosen = PatchSampler.choice(settings.samples, of: total, sample: 0, seed: settings.seed)
    var first = 0
    let parts = sources.compactMap { source -> DataInputs? in
      let own = first..<first + source.sampleCount
      first = own.upperBound
      let samples = chosen.filter(own.contains).map { $0 - own.lowerBound }
      return samples.isEmpty ? nil : source.selecting(samples)
    }
    let runs = parts.flatMap { part in (0..<part.runCount).map { (part, $0) } }
    return CalibrationFeed(sampleCount: chosen.count, chunkCount: runs.count) { index in
      try runs[index].0.inputs(ofRun: runs[index].1).arrays
    }
  }

  /// The most samples of a run: what layers make of more does not fit the caches on its way.
  private static let samplesPerRun = 16

  /// As many samples as make up the elements of a run.
  private static func batch(_ inputs: [ModelValue]) -> Int {
    let elements = inputs.map { input in
      input.dimensions.dropFirst().reduce(1) { product, dimension in
        if case .fixed(let size) = dimension { return product * max(size, 1) }
        return product
      }
    }
    return min(samplesPerRun, max(1, elementsPerRun / max(elements.max() ?? 1, 1)))
  }

  private static func check(_ inputs: DataInputs) throws {
    for (name, array) in inputs.samples where array.elementType.isFloat {
      let values = array.doubles() ?? []
      let odd = values.count { !$0.isFinite }
      guard odd == 0 else { throw CalibrationError.notFinite(name, count: odd) }
      guard values.count < 2 || values.contains(where: { $0 != values[0] }) else {
        throw CalibrationError.constantSamples(name)
      }
    }
  }
}

extension Model {
  /// The inputs that have to be given, as a runtime would describe them.
  fileprivate var givenInputs: [ModelValue] {
    let main = self[.main]
    let given = Set(main.initializers.map { self[$0].name })
    return main.inputs.filter { !given.contains($0.name) }.map { input in
      guard case .tensor(let type, let dimensions) = input.type else {
        return ModelValue(name: input.name.text, elementType: nil, dimensions: [])
      }
      return ModelValue(name: input.name.text, elementType: type, dimensions: dimensions ?? [])
    }
  }
}

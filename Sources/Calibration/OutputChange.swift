internal import ByteStorage
internal import Inference
internal import ModelGraph

/// How far the outputs of a network move when its weights change, on the first few samples.
struct OutputChange {
  private let runner: any PartRunner
  private let names: [String]
  /// What goes in, and what the dense network makes of it.
  private var chunks: [(inputs: [String: NumericArray], outputs: [String: NumericArray])] = []

  /// Outputs can be large: with so many numbers no further chunk is taken.
  private static let numberCount = 1 << 22

  /// Runs the dense network on about so many samples.
  ///
  /// Throws what running it throws.
  init(
    _ model: Model, _ feed: CalibrationFeed, _ runner: any PartRunner, sampleCount: Int
  ) throws {
    self.runner = runner
    names = model[.main].outputs.map(\.name.text)
    try runner.load(model)
    var (samples, numbers) = (0, 0)
    for chunk in 0..<feed.chunkCount
    where samples < sampleCount && numbers < Self.numberCount {
      let inputs = try feed.chunk(chunk)
      let outputs = try runner.run(inputs, outputs: names)
      chunks.append((inputs, outputs))
      samples += inputs.values.map { $0.shape.dimensions.first ?? 1 }.max() ?? 1
      numbers += outputs.values.reduce(0) { $0 + $1.shape.elementCount }
    }
  }

  /// So many samples that looking at each of some sets of channels takes no longer than running all
  /// samples once; a few tell already which count for more.
  static func sampleCount(of all: Int, sets: Int) -> Int { min(128, max(16, all / max(sets, 1))) }

  /// The squared error of the outputs as a share of their squares, the mean over all that are floats;
  /// nil when there is none, or no finite one.
  ///
  /// Throws what running the network throws.
  func error(of model: Model) throws -> Double? {
    try runner.load(model)
    var sums: [String: (error: Double, square: Double)] = [:]
    for chunk in chunks {
      let outputs = try runner.run(chunk.inputs, outputs: names)
      for name in names {
        guard let wanted = chunk.outputs[name], wanted.elementType.isPlainFloat,
          let numbers = wanted.floats(), let own = outputs[name]?.floats(),
          own.count == numbers.count
        else { continue }
        var sum = sums[name] ?? (0, 0)
        for (one, other) in zip(numbers, own) {
          sum.error += Double(one - other) * Double(one - other)
          sum.square += Double(one) * Double(one)
        }
        sums[name] = sum
      }
    }
    // In the order of the names, for the sum's last bits.
    let errors = names.compactMap { sums[$0] }.map {
      $0.error / max($0.square, .leastNormalMagnitude)
    }
    let mean = errors.reduce(0, +) / Double(errors.count)
    return mean.isFinite ? mean : nil
  }
}

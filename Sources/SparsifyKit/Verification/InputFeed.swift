internal import Inference
internal import ModelGraph

/// The inputs that both models are run on, run by run.
enum InputFeed {
  case random(RandomInputs, count: Int)
  case data(DataInputs)

  /// How many runs there are.
  var runCount: Int {
    switch self {
    case .random(_, let count): count
    case .data(let data): data.runCount
    }
  }

  /// How many samples there are in all.
  var sampleCount: Int {
    switch self {
    case .random(_, let count): count
    case .data(let data): data.sampleCount
    }
  }

  /// The same with at most so many samples of a file, spread evenly over it.
  func limited(to count: Int) -> InputFeed {
    switch self {
    case .random: self
    case .data(let data): .data(data.limited(to: count))
    }
  }

  /// The inputs of one run by their names, and how many samples they are.
  func inputs(ofRun run: Int) throws -> (arrays: [String: NumericArray], samples: Int) {
    switch self {
    case .random(let inputs, _): (inputs.sample(run), 1)
    case .data(let data): try data.inputs(ofRun: run)
    }
  }
}

/// Samples from a file: the first axis of each array.
struct DataInputs {
  /// How an array goes into an input.
  private enum Use {
    /// The array's first axis is the input's first axis.
    case batched
    /// The input has no axis for samples: each sample is a whole input.
    case single
    /// The whole array is the input of every run.
    case constant
  }

  private let arrays: [(name: String, array: NumericArray, use: Use)]
  private let batch: Int
  /// What the number of samples is a multiple of.
  private let unit: Int
  /// How many samples there are.
  let sampleCount: Int

  /// Matches a file's arrays with a model's inputs.
  ///
  /// A file with one array besides the labels serves a model of one input, whatever its name.
  /// Throws what reading the arrays throws, and `VerificationError` when the samples do not fit.
  init(_ file: ArrayFile, for inputs: [ModelValue], labels: String?, batch: Int) throws {
    let candidates = file.names.filter { $0 != labels }
    let isAlone = inputs.count == 1 && candidates.count == 1
    arrays = try inputs.map { input in
      let array = try file.array(named: isAlone ? candidates[0] : input.name)
      return (input.name, array, try Self.use(of: array, in: input))
    }
    let counted = arrays.filter { $0.use != .constant }
    let counts = counted.map { $0.array.shape.dimensions.first ?? 0 }
    guard let count = counts.first, count > 0, counts.allSatisfy({ $0 == count }) else {
      throw VerificationError.unequalSamples(
        zip(counted, counts).map { "\($0.name) \($1)" })
    }
    sampleCount = count
    let fixed = zip(inputs, arrays).compactMap { input, array in
      array.use == .batched ? input.dimensions.first?.fixedBatch : nil
    }
    self.batch = arrays.contains { $0.use == .single } ? 1 : fixed.first ?? min(batch, count)
    unit = fixed.isEmpty ? 1 : self.batch
    guard count % unit == 0 else {
      throw VerificationError.brokenBatch(samples: count, batch: self.batch)
    }
  }

  private init(
    arrays: [(name: String, array: NumericArray, use: Use)], batch: Int, unit: Int,
    sampleCount: Int
  ) {
    (self.arrays, self.batch, self.unit, self.sampleCount) = (arrays, batch, unit, sampleCount)
  }

  /// The same with some of the samples only; whole batches of them where the model takes no others.
  func selecting(_ samples: [Int]) -> DataInputs {
    let parts = arrays.map { name, array, use in
      (name, use == .constant ? array : array.rows(at: samples) ?? array, use)
    }
    return DataInputs(
      arrays: parts, batch: batch, unit: unit, sampleCount: samples.count)
  }

  /// The same with at most so many samples, or one batch where the model takes whole ones only, spread
  /// evenly over all.
  func limited(to count: Int) -> DataInputs {
    guard sampleCount > count else { return self }
    let kept = max(1, count / unit) * unit
    return selecting((0..<kept).map { $0 * sampleCount / kept })
  }

  /// The arrays whose first axis is the samples.
  var samples: [(name: String, array: NumericArray)] {
    arrays.filter { $0.use != .constant }.map { ($0.name, $0.array) }
  }

  /// How many runs there are.
  var runCount: Int { (sampleCount + batch - 1) / batch }

  /// The inputs of one run by their names, and how many samples they are.
  func inputs(ofRun run: Int) throws -> (arrays: [String: NumericArray], samples: Int) {
    let range = run * batch..<min((run + 1) * batch, sampleCount)
    var result: [String: NumericArray] = [:]
    for (name, array, use) in arrays {
      let rows = use == .constant ? array : array.rows(range)
      let sizes = array.shape.dimensions.dropFirst()
      result[name] = use == .single ? rows?.reshaped(to: Array(sizes)) : rows
    }
    return (result, range.count)
  }

  /// Decides by the number of axes.
  private static func use(
    of array: NumericArray, in input: ModelValue
  ) throws(InferenceError) -> Use {
    let (rank, wanted) = (array.shape.rank, input.dimensions.count)
    // No axes at all may mean that their number is not known.
    if wanted == 0 { return rank == 0 ? .constant : rank == 1 ? .single : .batched }
    if rank == wanted { return .batched }
    if rank == wanted + 1 { return .single }
    throw .badInput(input.name, expected: input.summary, found: array.summary)
  }
}

extension Dimension {
  /// The size of a batch that the model insists on.
  fileprivate var fixedBatch: Int? {
    if case .fixed(let size) = self, size > 0 { return size }
    return nil
  }
}

internal import Inference
internal import ModelGraph

/// How often two models name the right class, in all and for each class.
public struct AccuracyComparison: Sendable, Encodable {
  /// The samples of one class.
  public struct Row: Sendable, Encodable {
    /// The number of the class.
    public let label: Int
    /// How many samples are of it.
    public let samples: Int
    /// How many of them the original classifies rightly.
    public let originalRight: Int
    /// How many of them the result classifies rightly.
    public let resultRight: Int
    /// The accuracy lost, as a share; negative when some is gained.
    public let drop: Double
  }

  /// The output that names the class.
  public let output: String
  /// How many samples there are.
  public let samples: Int
  /// How many the original classifies rightly.
  public let originalRight: Int
  /// How many the result classifies rightly.
  public let resultRight: Int
  /// The original's accuracy.
  public let originalAccuracy: Double
  /// The result's accuracy.
  public let resultAccuracy: Double
  /// The accuracy lost, as a share; negative when some is gained.
  public let drop: Double
  /// Each class that has samples, by its number.
  public let classes: [Row]
  /// The class that loses most, the first of several; nil when none loses anything.
  public let worst: Row?

  /// Compares what both models answered with the labels.
  init(output: String, labels: [Int], original: [Int], result: [Int]) {
    var counts: [Int: (samples: Int, original: Int, result: Int)] = [:]
    for (label, answers) in zip(labels, zip(original, result)) {
      counts[label, default: (0, 0, 0)].samples += 1
      if answers.0 == label { counts[label]?.original += 1 }
      if answers.1 == label { counts[label]?.result += 1 }
    }
    classes = counts.sorted { $0.key < $1.key }.map { label, count in
      Row(
        label: label, samples: count.samples, originalRight: count.original,
        resultRight: count.result,
        drop: Double(count.original - count.result) / Double(count.samples))
    }
    self.output = output
    samples = labels.count
    originalRight = classes.reduce(0) { $0 + $1.originalRight }
    resultRight = classes.reduce(0) { $0 + $1.resultRight }
    originalAccuracy = Double(originalRight) / Double(max(samples, 1))
    resultAccuracy = Double(resultRight) / Double(max(samples, 1))
    drop = Double(originalRight - resultRight) / Double(max(samples, 1))
    worst = classes.filter { $0.drop > 0 }.min { $0.drop > $1.drop }
  }
}

/// Reads the class of each sample from an output.
struct ClassAnswers {
  let output: String
  private(set) var classes: [Int] = []

  init(output: String) {
    self.output = output
  }

  /// Adds the answers of one run: the place of the largest score of each sample, or, for integers, the
  /// class itself.
  ///
  /// Throws `VerificationError.notClasses` when there is not one list of scores a sample.
  mutating func add(_ array: NumericArray, samples: Int) throws(VerificationError) {
    let count = array.shape.elementCount
    if let numbers = array.integers(), count == samples {
      classes += numbers
      return
    }
    // A model that takes one sample at a time may leave the axis of samples out.
    let sizes = array.shape.dimensions
    let isBare = samples == 1 && sizes.first != 1
    let shape = Shape(isBare ? [1] + sizes : sizes)
    let scores = shape?.dimensions.dropFirst().filter { $0 > 1 } ?? []
    guard array.elementType.isFloat, scores.count == 1, count == samples * scores[0],
      let values = array.doubles(), let axis = shape.flatMap({ ClassAxis($0) })
    else {
      throw .notClasses(output: output, shape: array.summary, samples: samples)
    }
    classes += axis.largest(values)
  }
}

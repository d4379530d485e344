internal import Inference

/// Adds up what two models give, run by run.
struct RunComparison {
  private var totals: [OutputTotals]
  private let labels: [Int]?
  private var answers: (original: ClassAnswers, result: ClassAnswers)
  private var last: (original: NumericArray, result: NumericArray)?

  init(outputs: [String], labels: [Int]?, labelled: String?) {
    totals = outputs.map(OutputTotals.init)
    self.labels = labels
    let name = labelled ?? outputs.first ?? ""
    answers = (ClassAnswers(output: name), ClassAnswers(output: name))
  }

  /// How far each output is the same.
  var outputs: [OutputComparison] { totals.map(\.comparison) }

  /// How often both models are right; nil without labels.
  var accuracy: AccuracyComparison? {
    labels.map { labels in
      AccuracyComparison(
        output: answers.original.output, labels: labels, original: answers.original.classes,
        result: answers.result.classes)
    }
  }

  /// Adds what both gave in one run.
  mutating func add(original: [String: NumericArray], result: [String: NumericArray]) {
    for index in totals.indices {
      guard let left = original[totals[index].name], let right = result[totals[index].name] else {
        continue
      }
      totals[index].add(left, right)
    }
    let name = answers.original.output
    last = original[name].flatMap { left in result[name].map { (left, $0) } }
  }

  /// Adds the classes that both answered in the last run, where there are labels.
  ///
  /// Throws `VerificationError.notClasses` when the output has none.
  mutating func addAnswers(samples: Int) throws(VerificationError) {
    guard labels != nil else { return }
    guard let last else {
      throw .notClasses(output: answers.original.output, shape: "missing", samples: samples)
    }
    try answers.original.add(last.original, samples: samples)
    try answers.result.add(last.result, samples: samples)
  }
}

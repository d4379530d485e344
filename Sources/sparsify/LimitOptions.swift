internal import ArgumentParser
internal import SparsifyKit

/// How much a conversion may lose.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Look for the largest --sparsity or --channels, up to what is given, that loses no more accuracy or metric than this: 0.01 or 1%.",
      valueName: "share"))
  var maxDrop: Drop?

  @Option(
    help: ArgumentHelp("Samples: an .npz file, or .npy for one input.", valueName: "file"),
    completion: .file(extensions: ["npz", "npy"]))
  var data: String?

  @OptionGroup var measure: MeasureOptions

  @Option(
    help: ArgumentHelp(
      "Samples a run where the model leaves it open (default: 32).", valueName: "n"))
  var batch: Int?

  @Option(
    help: ArgumentHelp("The longest that one answer may take (default: 600).", valueName: "seconds")
  )
  var timeout: Double?

  /// True when nothing is said of how to measure.
  private var isEmpty: Bool {
    [data, measure.labels, measure.output, measure.metric].allSatisfy { $0 == nil }
      && batch == nil && timeout == nil
  }

  mutating func validate() throws {
    guard batch.map((1...1_000_000).contains) ?? true else {
      throw ValidationError("--batch takes a number from 1 to 1000000")
    }
    guard timeout.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
      throw ValidationError("--timeout takes seconds, more than 0 and at most 1000000")
    }
    guard measure.labels == nil || data != nil else {
      throw ValidationError("--labels goes with --data")
    }
    guard maxDrop != nil else {
      guard isEmpty else {
        throw ValidationError(
          "--data, --labels, --output, --batch, --metric and --timeout go with --max-drop")
      }
      return
    }
    guard (measure.labels == nil) != (measure.metric == nil) else {
      throw ValidationError("--max-drop goes with either --labels or --metric")
    }
  }

  /// What is asked for; nil when nothing is.
  var limit: AccuracyLimit? {
    maxDrop.map { maxDrop in
      var limit = AccuracyLimit(maxDrop: maxDrop.value)
      (limit.data, limit.labels) = (data, measure.labels)
      (limit.output, limit.metric) = (measure.output, measure.metric)
      limit.batch = batch ?? limit.batch
      limit.timeout = timeout ?? limit.timeout
      return limit
    }
  }
}

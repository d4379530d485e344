internal import SparsifyKit

/// What comparing two models found, for people.
struct VerificationText {
  private static let shownRows = 20

  private let report: VerificationReport
  private let showsAll: Bool

  init(_ report: VerificationReport, showsAll: Bool) {
    self.report = report
    self.showsAll = showsAll
  }

  /// All of it, the verdict last.
  var text: String {
    [tensors, signature, outputs, accuracy, metric, verdict].compactMap { $0 }.joined()
  }

  private var tensors: String {
    let found = report.tensors
    var text = "tensors: \(found.equal) of \(found.compared) are the same, bit for bit\n"
    for (names, what) in [
      (found.reshaped, "of another type or shape"), (found.removed, "in the original alone"),
      (found.added, "in the result alone"),
    ] where !names.isEmpty {
      text += "  \(names.count) \(what): \(names.prefix(5).joined(separator: ", "))"
      text += names.count > 5 ? ", …\n" : "\n"
    }
    return text + changedTensors
  }

  private var changedTensors: String {
    let rows = report.tensors.changed
    guard !rows.isEmpty else { return "" }
    var table = TextTable(
      ["changed tensor", "elements", "changed", "now zero", "relative error"],
      numeric: [1, 2, 3, 4])
    for row in showsAll ? rows[...] : rows.prefix(Self.shownRows) {
      table.add([
        row.name, "\(row.elements)", "\(row.changed)", "\(row.zeroed)",
        row.relativeError?.shortText ?? "",
      ])
    }
    let hidden = showsAll ? 0 : rows.count - Self.shownRows
    return table.text + (hidden > 0 ? "and \(hidden) more (-v shows them)\n" : "")
  }

  private var signature: String {
    let rows = report.signature.inputs + report.signature.outputs
    guard !report.signature.isSame else {
      return "graph: the same inputs and outputs, \(rows.count) in all\n"
    }
    return rows.filter { !$0.isSame }.map { row in
      "graph: \(row.name) is \(row.original ?? "missing") in the original, "
        + "\(row.result ?? "missing") in the result\n"
    }.joined()
  }

  private var outputs: String? {
    guard let runs = report.runs else { return nil }
    var table = TextTable(
      ["output", "largest error", "relative error", "cosine", "top-1 the same"],
      numeric: [1, 2, 3, 4])
    for row in runs.outputs where row.unequalShapes == nil {
      table.add([
        row.name, row.maxError.shortText, row.relativeError?.shortText ?? "",
        row.cosine.fixed(6), row.top1Agreement.map(percent) ?? "",
      ])
    }
    let kind = runs.seed.map { "random samples (seed \($0))" } ?? "samples"
    return "\n\(runs.samples) \(kind) in ONNX Runtime \(runs.runtime)\n" + table.text
  }

  private var accuracy: String? {
    guard let accuracy = report.accuracy else { return nil }
    var text = "\naccuracy: \(percent(accuracy.originalAccuracy)) in the original, "
    text += "\(percent(accuracy.resultAccuracy)) in the result "
    text += "(\(accuracy.originalRight) and \(accuracy.resultRight) of \(accuracy.samples))\n"
    if let worst = accuracy.worst {
      text += "class \(worst.label) suffers most: \(points(worst.drop)) lost\n"
    }
    var table = TextTable(
      ["class", "samples", "original", "result", "change"], numeric: [0, 1, 2, 3, 4])
    let rows = showsAll ? accuracy.classes : worstClasses(of: accuracy)
    for row in rows {
      let count = Double(row.samples)
      table.add([
        "\(row.label)", "\(row.samples)", percent(Double(row.originalRight) / count),
        percent(Double(row.resultRight) / count), points(-row.drop),
      ])
    }
    let hidden = accuracy.classes.count - rows.count
    return text + table.text + (hidden > 0 ? "and \(hidden) more (-v shows them)\n" : "")
  }

  /// All classes, or of many those that lose most.
  private func worstClasses(of accuracy: AccuracyComparison) -> [AccuracyComparison.Row] {
    guard accuracy.classes.count > Self.shownRows else { return accuracy.classes }
    let ordered = accuracy.classes.sorted { ($1.drop, $0.label) < ($0.drop, $1.label) }
    return Array(ordered.prefix(Self.shownRows))
  }

  private var metric: String? {
    report.metric.map { metric in
      "\nmetric: \(metric.original.shortText) of the original, "
        + "\(metric.result.shortText) of the result\n"
    }
  }

  private var verdict: String {
    report.isAccepted
      ? "\naccepted\n"
      : "\n" + report.failures.map { "not accepted: \($0)\n" }.joined()
  }

  private func percent(_ share: Double) -> String { (share * 100).fixed(1) + " %" }

  private func points(_ share: Double) -> String { (share * 100).fixed(1) + " points" }
}

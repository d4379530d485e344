internal import ByteStorage
internal import SparsifyKit

/// A conversion as a command does it: with a progress bar, a report, and a line at the end.
struct ConversionRun {
  let conversion: Conversion
  /// Where a JSON report goes; nil for none.
  var report: String?
  let talker: any Talker

  /// Does it, and says so.
  func run() throws {
    let start = monotonicSeconds()
    try checkReportPath()
    let reportFile = try report.map { try AtomicFile(path: $0, replaces: conversion.replaces) }
    let result = try converted()
    if let reportFile {
      try checkReportPath()
      try reportFile.write(Array((JSONText.encode(result) + "\n").utf8))
      try reportFile.commit()
    }
    try publish(result, seconds: monotonicSeconds() - start)
  }

  /// Does it with a progress bar: for the layers that are calibrated, then for the bytes.
  private func converted() throws -> ConversionReport {
    let isWanted = !talker.isQuiet && !talker.isJSON
    let layers = ProgressBar(
      conversion.limit == nil ? "calibrating" : "searching", unit: .layers, isWanted: isWanted)
    let bytes = ProgressBar("converting", isWanted: isWanted)
    defer {
      layers.clear()
      bytes.clear()
    }
    return try conversion.run(
      progress: { done, total in
        layers.clear()
        bytes.update(done, of: total)
      }, fitting: { layers.update($0, of: $1) },
      tried: { attempt in
        guard talker.isVerbose, !talker.isJSON else { return }
        layers.clear()
        talker.say(attempt.line)
      })
  }

  /// The report must not replace the model that is read or the one that is written.
  private func checkReportPath() throws {
    guard let report, let identity = try? OpenFile(path: report).identity else { return }
    for model in [conversion.input, conversion.output] {
      guard let other = try? OpenFile(path: model).identity else { continue }
      guard !identity.isSameFile(as: other) else { throw FileError.sameFile(report) }
    }
  }

  private func publish(_ result: ConversionReport, seconds: Double) throws {
    if talker.isJSON { return OutputStream.data.line(try JSONText.encode(result)) }
    talker.warn(result.warnings)
    if talker.isVerbose, let channels = result.channels { talker.say(channels.table) }
    if talker.isVerbose, let pruned = result.pruning { talker.say(pruned.table) }
    if talker.isVerbose, let calibration = result.calibration { talker.say(calibration.table) }
    talker.say(result.summary(seconds: seconds))
    if !conversion.isDryRun { talker.suggest(next(after: result)) }
  }

  private func next(after result: ConversionReport) -> NextStep {
    let isPruned = result.pruning != nil || result.channels != nil || result.layers != nil
    let (input, output) = (conversion.input, conversion.output)
    return isPruned
      ? .afterPruning(input: input, output: output) : .afterStoring(input: input, output: output)
  }
}

extension SearchSummary.Try {
  /// What was tried and what came of it.
  var line: String {
    "tried \((share * 100).fixed(1)) %: \(value.fixed(5)), a drop of \(drop.fixed(5)), "
      + (isAccepted ? "accepted" : "too much")
  }
}

extension SearchSummary {
  /// What was found, as a part of a line.
  var finding: String {
    let value = tries.last { $0.share == share }?.value ?? original
    return "\((share * 100).fixed(1)) % keeps the \(measure) at \(value.fixed(5)) of "
      + "\(original.fixed(5)) (\(tries.count) tries)"
  }
}

extension ConversionReport {
  /// One line: from how much to how much, and what was pruned.
  func summary(seconds: Double) -> String {
    let ratio = Double(inputBytes) / Double(max(outputBytes, 1))
    var parts = [
      "\(ByteSize(inputBytes)) -> \(ByteSize(outputBytes))",
      ratio >= 1 ? "\(ratio.fixed(2))x smaller" : "\((1 / max(ratio, 1e-9)).fixed(2))x larger",
    ]
    if let layers { parts.append("\(layers.removed) of \(layers.blocks.count) blocks removed") }
    if let channels {
      parts.append("\(channels.removed) channels removed, \(channels.share) of parameters left")
    }
    if let pruning {
      let share = Double(pruning.zerosAfter) / Double(max(pruning.weights, 1))
      parts.append("\((share * 100).fixed(1)) % of \(pruning.weights) weights zero")
    }
    if let search { parts.append(search.finding) }
    parts.append("\(seconds.fixed(seconds < 10 ? 2 : 0)) s")
    return (isDryRun ? "dry run: " : "") + parts.joined(separator: ", ")
  }
}

extension CalibrationSummary {
  /// A line for each set of channels, then one for each layer that was fitted.
  var table: String { channels.isEmpty ? layerTable : channelTable + "\n" + layerTable }

  private var channelTable: String {
    var table = TextTable(
      ["channels", "read from", "of", "gone", "error", "plain", "note"], numeric: [2, 3, 4, 5])
    for row in channels {
      table.add(
        [
          row.name, row.layer, "\(row.channels)", "\(row.removed)", row.error.fixed(4),
          row.plainError.fixed(4), row.isPlain ? "plain kept" : "",
        ])
    }
    return table.text
  }

  private var layerTable: String {
    var table = TextTable(["layer", "samples", "error", "plain", "note"], numeric: [1, 2, 3])
    for row in layers {
      table.add(
        [
          row.name, "\(row.samples)", row.error.fixed(4), row.plainError.fixed(4),
          row.isPlain ? "plain kept" : "",
        ])
    }
    for row in others { table.add([row.name, "", "", "", "plain: \(row.reason)"]) }
    return table.text
  }
}

extension PruningSummary {
  /// A line for each tensor that was pruned or left alone.
  var table: String {
    var table = TextTable(["tensor", "weights", "zeros", "sparsity", "note"], numeric: [1, 2, 3])
    for row in tensors {
      let share = Double(row.zerosAfter) / Double(max(row.elements, 1))
      table.add(
        [
          row.name, "\(row.elements)", "\(row.zerosAfter)", "\((share * 100).fixed(1)) %",
          row.note ?? "",
        ])
    }
    for row in skipped { table.add([row.name, "\(row.elements)", "", "", "left: \(row.reason)"]) }
    return table.text
  }
}

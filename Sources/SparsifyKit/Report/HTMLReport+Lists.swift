extension HTMLReport {
  private static let mostNames = 8

  /// The data files that are not there.
  var missing: HTML {
    guard !report.missingFiles.isEmpty else { return .nothing }
    return .section(
      "Missing data",
      note: "These files are not beside the model. Sizes are those the structure claims; "
        + "what needs contents is left out.",
      .list(report.missingFiles) { file in
        "<code>\(file.file)</code>: \(file.tensors) tensors, \(ByteSize(file.bytes))"
      }, class: "warning")
  }

  /// The recipe: every step with its settings.
  var history: HTML {
    guard !report.history.isEmpty else { return .nothing }
    let steps = report.history.map { step -> HTML in
      let sorted = step.settings.sorted { $0.key < $1.key }
      let settings = sorted.filter { !$0.value.contains("\n") }.map { "\($0.key) \($0.value)" }
      let texts = sorted.filter { $0.value.contains("\n") }.map { "<pre>\($0.value)</pre>" as HTML }
      return """
        <li><b>\(step.action)</b>\(settings.isEmpty ? "" : ": ")\
        <code>\(settings.joined(separator: ", "))</code><br><span class="soft">\
        \(step.weights.grouped) weights, zeros \(step.zerosBefore.grouped) → \
        \(step.zerosAfter.grouped)</span>\(texts)</li>

        """
    }
    return .section(
      "History", note: "What was done to the model, oldest first.", "<ol>\(steps)</ol>\n")
  }

  /// Tensors that say the same.
  var duplicates: HTML {
    guard let duplicates = report.duplicates, !duplicates.isEmpty else { return .nothing }
    let wasted = duplicates.reduce(0) { $0 + $1.wastedBytes }
    return .section(
      "Equal tensors",
      note: "Sharing them would save \(ByteSize(wasted)); a container stores each once.",
      .list(duplicates) { group in
        let names = group.tensors.prefix(Self.mostNames).joined(separator: ", ")
        let more = group.tensors.count - Self.mostNames
        return """
          <b>\(group.tensors.count) × \(ByteSize(group.bytes))</b>: <code>\(names)</code>\
          \(more > 0 ? " and \(more) more" : "")
          """
      })
  }

  /// Tensors that nothing needs.
  var unused: HTML {
    guard !report.unusedTensors.isEmpty else { return .nothing }
    return .section(
      "Unused tensors", note: "No output of the model depends on them.",
      .list(report.unusedTensors) { "<code>\($0)</code>" })
  }
}

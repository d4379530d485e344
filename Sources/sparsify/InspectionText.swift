internal import ByteStorage
internal import SparsifyKit

extension ModelReport {
  private static let namesShown = 3
  private static let leastShownWaste = 1000

  /// The lines above a table: what the file is, and what is remarkable about it.
  func heading(isVerbose: Bool) -> String {
    let stored = tensors.compactMap(\.storedBytes).reduce(0, +)
    var lines = [
      "\(format), \(ByteSize(fileBytes)), \(nodes) nodes, " + operatorSets.joined(separator: ", "),
      "\(tensors.count) tensors, \(elements) elements, \(parameters) parameters, "
        + "\(ByteSize(tensorBytes))" + (stored > 0 ? " stored in \(ByteSize(stored))" : ""),
    ]
    if let line = operationsLine { lines.append(line) }
    for step in history {
      // A recipe has many lines; --json and --html have them all.
      let settings = step.settings.filter { !$0.value.contains("\n") }
        .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("\(ByteString("\(step.action): \(settings.joined(separator: ", "))"))")
    }
    lines += missingFiles.map {
      "missing: \($0.file) with \($0.tensors) tensors, \(ByteSize($0.bytes))"
    }
    lines += unusedLines(most: isVerbose ? .max : Self.namesShown)
    lines += duplicateLines(isVerbose: isVerbose)
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line for each tensor, in the order of the file.
  var tensorTable: String {
    let isStored = tensors.contains { $0.storedBytes != nil }
    let isCounted = tensors.contains { $0.zeros != nil }
    var table = TextTable(
      ["tensor", "layer", "type", "shape", "bytes"] + (isStored ? ["stored", "encoding"] : [])
        + (isCounted ? ["sparsity"] : []),
      numeric: isStored ? [4, 5, 7] : [4, 5])
    for row in tensors {
      let share = row.zeros.map { percent(Double($0) / Double(max(row.elements, 1))) }
      table.add(
        [
          row.name, row.layer, row.elementType,
          row.shape.isEmpty ? "scalar" : row.shape.map(String.init).joined(separator: "x"),
          "\(ByteSize(row.bytes))",
        ] + (isStored ? [row.storedBytes.map { "\(ByteSize($0))" } ?? "", row.encoding ?? ""] : [])
          + (isCounted ? [share ?? "?"] : []))
    }
    return table.text
  }

  /// The multiply-accumulates, and the sizes they were counted with.
  private var operationsLine: String? {
    guard operations.total > 0 else { return nil }
    let sizes = operations.assumed.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
    let unknown = operations.unknown > 0 ? ", \(operations.unknown) layers unknown" : ""
    return "\(operations.total) macs"
      + (sizes.isEmpty ? "" : " with \(sizes.joined(separator: ", "))") + unknown
  }

  private func unusedLines(most: Int) -> [String] {
    guard !unusedTensors.isEmpty else { return [] }
    return [
      "unused tensors: \(unusedTensors.count) (\(Self.listed(unusedTensors, most: most)))"
    ]
  }

  /// Constants of a few bytes are equal all the time, which is worth a line, but no list.
  private func duplicateLines(isVerbose: Bool) -> [String] {
    guard let duplicates, !duplicates.isEmpty else { return [] }
    let wasted = duplicates.reduce(0) { $0 + $1.wastedBytes }
    let copies = duplicates.reduce(0) { $0 + $1.tensors.count - 1 }
    let shown =
      isVerbose
      ? duplicates[...]
      : duplicates.prefix(Self.namesShown).prefix { $0.wastedBytes >= Self.leastShownWaste }
    let more = shown.count < duplicates.count ? " (see them with -v)" : ""
    let most = isVerbose ? Int.max : Self.namesShown
    return ["equal tensors: \(copies) copies, \(ByteSize(wasted))\(more)"]
      + shown.map { "  \(ByteSize($0.bytes)) each: \(Self.listed($0.tensors, most: most))" }
  }

  private static func listed(_ names: [String], most: Int) -> String {
    let hidden = names.count - names.prefix(most).count
    return names.prefix(most).joined(separator: ", ") + (hidden > 0 ? " and \(hidden) more" : "")
  }
}

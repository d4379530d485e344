internal import SparsifyKit

/// A comparison for people: a summary and the largest changes, or all of them.
struct ComparisonText {
  private static let shownRows = 10

  private let report: ComparisonReport
  private let isWhole: Bool

  init(_ report: ComparisonReport, isWhole: Bool) {
    self.report = report
    self.isWhole = isWhole
  }

  var text: String {
    let sizes = "\(line("before", report.first))\n\(line("after", report.second))\n"
    if report.isEqual { return sizes + "\nthe models are equal\n" }
    return sizes + "\n" + summary + structure + tensors
  }

  private func line(_ label: String, _ size: ComparisonReport.ModelSize) -> String {
    let stored = size.storedBytes.map { " stored in \(ByteSize($0))" } ?? ""
    return "\(label): \(size.format), \(ByteSize(size.fileBytes)), \(size.nodes) nodes, "
      + "\(size.tensors) tensors, \(size.elements) elements, \(ByteSize(size.tensorBytes))\(stored)"
  }

  private var summary: String {
    let structure = report.structure
    let parts: [(String, String)] = [
      ("operator sets", counts(structure.operatorSets)), ("inputs", counts(structure.inputs)),
      ("outputs", counts(structure.outputs)), ("known values", counts(structure.values)),
      ("metadata", counts(structure.metadata)), ("functions", counts(structure.functions)),
      ("nodes", counts(structure.nodes.map(\.kind))),
      ("order of nodes", structure.reordered.isEmpty ? "" : "changed"),
      ("tensors", tensorCounts), ("elements", elementCounts),
    ]
    return parts.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)\n" }.joined()
  }

  private var tensorCounts: String {
    let differing = counts(report.tensors.map(\.kind))
    return "\(report.equalTensors) equal" + (differing.isEmpty ? "" : ", \(differing)")
  }

  private var elementCounts: String {
    let contents = report.tensors.compactMap(\.contents)
    let changed = contents.reduce(0) { $0 + $1.changed }
    guard changed > 0 else { return "" }
    let elements = contents.reduce(0) { $0 + $1.elements }
    return "\(changed) of \(elements) in these tensors changed, "
      + "\(contents.reduce(0) { $0 + $1.zeroed }) of them to zero, "
      + "\(contents.reduce(0) { $0 + $1.unzeroed }) from zero"
  }

  private func counts(_ changes: [NamedChange]) -> String {
    counts(changes.map { $0.before == nil ? .added : $0.after == nil ? .removed : .changed })
  }

  private func counts(_ kinds: [ChangeKind]) -> String {
    [ChangeKind.added, .removed, .renamed, .changed].compactMap { kind in
      let count = kinds.count { $0 == kind }
      return count > 0 ? "\(count) \(kind.rawValue)" : nil
    }
    .joined(separator: ", ")
  }
}

extension ComparisonText {
  private var structure: String {
    let structure = report.structure
    var lines: [String] = []
    for (label, changes) in [
      ("operator set", structure.operatorSets), ("input", structure.inputs),
      ("output", structure.outputs), ("metadata", structure.metadata),
      ("function", structure.functions), ("value", isWhole ? structure.values : []),
    ] {
      lines += changes.map { "\(label) \(text(of: $0))" }
    }
    for node in structure.nodes {
      let place = node.graph.isEmpty ? "" : " in \(node.graph)"
      lines.append("\(node.kind.rawValue) node \(node.name) (\(node.operatorType))\(place)")
      lines += node.changes.map { "  \(text(of: $0))" }
    }
    lines += structure.reordered.map { "nodes in another order\($0.isEmpty ? "" : " in \($0)")" }
    return lines.isEmpty ? "" : "\n" + shown(lines).joined(separator: "\n") + "\n"
  }

  private func shown(_ lines: [String]) -> [String] {
    guard !isWhole, lines.count > Self.shownRows else { return lines }
    return lines.prefix(Self.shownRows) + ["and \(lines.count - Self.shownRows) more lines (-v)"]
  }

  private func text(of change: NamedChange) -> String {
    switch (change.before, change.after) {
    case (let before?, let after?): "\(change.name): \(before) -> \(after)"
    case (let before?, nil): "\(change.name): removed: \(before)"
    case (nil, let after?): "\(change.name): added: \(after)"
    case (nil, nil): change.name
    }
  }

  private var tensors: String {
    guard !report.tensors.isEmpty else { return "" }
    let rows = isWhole ? report.tensors : report.largestChanges(Self.shownRows)
    var table = TextTable(
      ["tensor", "what", "elements", "changed", "zeroed", "un-zeroed", "max diff", "rel error"],
      numeric: [2, 3, 4, 5, 6, 7])
    for row in rows {
      let elements = (row.after ?? row.before)?.shape.reduce(1, *) ?? 0
      let contents = row.contents
      table.add([
        row.name, what(row), "\(elements)", contents.map { "\($0.changed)" } ?? "",
        contents.map { "\($0.zeroed)" } ?? "", contents.map { "\($0.unzeroed)" } ?? "",
        contents?.maxDifference.map(\.significant) ?? "",
        contents?.relativeError.map(\.significant) ?? "",
      ])
    }
    let hidden = report.tensors.count - rows.count
    return "\n" + table.text + (hidden > 0 ? "and \(hidden) more (-v shows them)\n" : "")
  }

  private func what(_ row: ComparisonReport.TensorRow) -> String {
    guard let before = row.before, let after = row.after else { return row.kind.rawValue }
    var parts = row.newName.map { ["renamed \($0)"] } ?? []
    if before.elementType != after.elementType {
      parts.append("\(before.elementType) -> \(after.elementType)")
    }
    if before.shape != after.shape {
      parts.append("\(shape(before.shape)) -> \(shape(after.shape))")
    }
    return parts.isEmpty ? row.kind.rawValue : parts.joined(separator: ", ")
  }

  private func shape(_ dimensions: [Int]) -> String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}

extension Double {
  /// Four significant digits.
  fileprivate var significant: String {
    guard self != 0, isFinite else { return "\(self)" }
    var (digits, exponent) = (magnitude, 0)
    while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    let isPlain = (-3..<6).contains(exponent)
    let sign = self < 0 ? "-" : ""
    return isPlain
      ? sign + magnitude.fixed(max(0, 3 - exponent)) : "\(sign)\(digits.fixed(3))e\(exponent)"
  }
}

internal import ByteStorage
internal import ModelGraph

/// What differs between the nodes of two graphs.
struct NodeDifference {
  typealias Row = StructureDifference.NodeRow

  private let first: [Node]
  private let second: [Node]
  private let pair: ModelMatching.GraphPair

  init(_ first: [Node], _ second: [Node], _ pair: ModelMatching.GraphPair) {
    self.first = first
    self.second = second
    self.pair = pair
  }

  /// Nodes that were removed or changed in the order of the first graph; then those that were added.
  ///
  /// `rename` gives the second graph's name of a value of the first.
  func rows(renaming rename: (ByteString) -> ByteString) -> [Row] {
    let partners = Dictionary(uniqueKeysWithValues: pair.nodes.map { ($0.first, $0.second) })
    let taken = Set(pair.nodes.map(\.second))
    var rows: [Row] = []
    for (index, node) in first.enumerated() {
      guard let partner = partners[index] else {
        rows.append(row(.removed, node))
        continue
      }
      let changes = Self.changes(node, second[partner], rename)
      if !changes.isEmpty { rows.append(row(.changed, node, changes)) }
    }
    for (index, node) in second.enumerated() where !taken.contains(index) {
      rows.append(row(.added, node))
    }
    return rows
  }

  private func row(_ kind: ChangeKind, _ node: Node, _ changes: [NamedChange] = []) -> Row {
    Row(
      kind: kind, graph: pair.label, name: node.label, operatorType: node.operatorType.escaped,
      changes: changes)
  }

  private static func changes(
    _ before: Node, _ after: Node, _ rename: (ByteString) -> ByteString
  ) -> [NamedChange] {
    var changes: [NamedChange] = []
    func compare(_ name: String, _ left: ByteString, _ right: ByteString) {
      guard left != right else { return }
      changes.append(NamedChange(name: name, before: left.escaped, after: right.escaped))
    }
    compare("name", before.name, after.name)
    compare("operator", before.operatorType, after.operatorType)
    compare("domain", before.domain, after.domain)
    if before.inputs.map(rename) != after.inputs {
      changes.append(
        NamedChange(name: "inputs", before: before.inputs.text, after: after.inputs.text))
    }
    if before.outputs != after.outputs {
      changes.append(
        NamedChange(name: "outputs", before: before.outputs.text, after: after.outputs.text))
    }
    changes += NamedChange.changes(
      before.attributes.map(NamedText.init), after.attributes.map(NamedText.init)
    ).map { change in
      NamedChange(name: "attribute \(change.name)", before: change.before, after: change.after)
    }
    if before.annotation != after.annotation {
      changes.append(
        NamedChange(
          name: "other fields", before: "\(before.annotation.count) bytes",
          after: "\(after.annotation.count) bytes"))
    }
    return changes
  }
}

extension NamedText {
  /// An attribute; what its tensors and graphs hold is compared where they stand.
  init(_ attribute: Attribute) {
    let (text, rest) = attribute.value.form
    self.init(name: attribute.name, text: text, rest: rest + attribute.annotation)
  }
}

extension AttributeValue {
  /// So many values of a list are shown.
  private static let shownValues = 8

  /// The value for people, and what that may not tell.
  fileprivate var form: (text: String, rest: [UInt8]) {
    switch self {
    case .float(let value): ("\(value)", value.bitPattern.littleEndianBytes)
    case .int(let value): ("\(value)", [])
    case .string(let value): ("\"\(value.escaped)\"", value.bytes)
    case .floats(let values):
      (Self.list(values.map { "\($0)" }), values.flatMap(\.bitPattern.littleEndianBytes))
    case .ints(let values):
      (Self.list(values.map { "\($0)" }), values.flatMap(\.littleEndianBytes))
    case .strings(let values):
      (
        Self.list(values.map { "\"\($0.escaped)\"" }),
        values.flatMap { $0.bytes.count.littleEndianBytes + $0.bytes }
      )
    case .tensor: ("a tensor", [])
    case .tensors(let ids): ("\(ids.count) tensors", [])
    case .sparseTensor(let sparse): ("a sparse tensor of \(sparse.shape)", sparse.annotation)
    case .sparseTensors(let list):
      ("sparse tensors of " + list.map(\.shape.description).joined(separator: ", "), [])
    case .graph: ("a graph", [])
    case .graphs(let ids): ("\(ids.count) graphs", [])
    case .opaque: ("of another kind", [])
    }
  }

  private static func list(_ texts: [String]) -> String {
    let shown = texts.prefix(shownValues) + (texts.count > shownValues ? ["…"] : [])
    return "[\(shown.joined(separator: ", "))]"
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian, Array.init) }
}

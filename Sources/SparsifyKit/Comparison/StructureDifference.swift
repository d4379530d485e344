internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat

/// What differs between two models beside the contents of tensors.
public struct StructureDifference: Hashable, Sendable, Codable {
  /// One node that was added, removed or changed.
  public struct NodeRow: Hashable, Sendable, Codable {
    /// Whether it was added, removed or changed.
    public var kind: ChangeKind
    /// The graph it stands in; empty for the main graph.
    public var graph: String
    /// Its name, or its first output where it has none.
    public var name: String
    /// Its operator.
    public var operatorType: String
    /// What of it changed: operator, name, inputs, outputs, attributes by name.
    public var changes: [NamedChange]
  }

  /// The operator sets.
  public var operatorSets: [NamedChange] = []
  /// What comes into the model.
  public var inputs: [NamedChange] = []
  /// What the model gives.
  public var outputs: [NamedChange] = []
  /// What is known of values in between.
  public var values: [NamedChange] = []
  /// Who made the model, which version it is, and what else the file says of it.
  public var metadata: [NamedChange] = []
  /// Functions.
  public var functions: [NamedChange] = []
  /// Nodes, graph by graph.
  public var nodes: [NodeRow] = []
  /// The graphs in which nodes that both models have stand in another order.
  public var reordered: [String] = []

  /// True when nothing differs.
  public var isEqual: Bool { self == StructureDifference() }
}

/// What happened to something.
public enum ChangeKind: String, Hashable, Sendable, Codable {
  case added
  case removed
  case renamed
  case changed
}

extension StructureDifference {
  init(_ first: Model, _ second: Model, _ matching: ModelMatching) throws {
    operatorSets = NamedChange.changes(first.operatorSetTexts, second.operatorSetTexts)
    inputs = Self.ordered(first.graphs.first?.inputs ?? [], second.graphs.first?.inputs ?? [])
    outputs = Self.ordered(first.graphs.first?.outputs ?? [], second.graphs.first?.outputs ?? [])
    metadata = NamedChange.changes(try first.propertyTexts(), try second.propertyTexts())
    functions = NamedChange.changes(first.functionTexts, second.functionTexts)
    for (index, pair) in matching.graphs.enumerated() {
      let (before, after) = (first[pair.first], second[pair.second])
      values += NamedChange.changes(
        before.values.map(NamedText.init), after.values.map(NamedText.init))
      if index > 0 {
        values += Self.ordered(before.inputs, after.inputs)
        values += Self.ordered(before.outputs, after.outputs)
      }
      nodes += NodeDifference(before.nodes, after.nodes, pair).rows {
        matching.name(of: $0, in: index)
      }
      let places = pair.nodes.map(\.second)
      if zip(places, places.dropFirst()).contains(where: { $0 > $1 }) {
        reordered.append(pair.label)
      }
    }
  }

  /// Values whose order matters as well.
  private static func ordered(_ first: [Value], _ second: [Value]) -> [NamedChange] {
    let changes = NamedChange.changes(first.map(NamedText.init), second.map(NamedText.init))
    let (before, after) = (first.map(\.name), second.map(\.name))
    guard before != after, before.sorted() == after.sorted() else { return changes }
    return changes + [NamedChange(name: "order", before: before.text, after: after.text)]
  }
}

extension NamedText {
  /// A value with its type and shape.
  init(_ value: Value) {
    self.init(name: value.name, text: value.type.text, rest: value.annotation)
  }
}

extension [ByteString] {
  /// The names in a row.
  var text: String { map(\.escaped).joined(separator: ", ") }
}

extension ValueType {
  /// Such as `float32 [N, 3, 224, 224]`.
  var text: String {
    guard case .tensor(let type, let dimensions) = self else { return "no tensor" }
    let sizes = dimensions.map { list in
      let texts = list.map { dimension in
        switch dimension {
        case .fixed(let size): "\(size)"
        case .symbolic(let name): name.escaped
        case .unknown: "?"
        }
      }
      return " [\(texts.joined(separator: ", "))]"
    }
    return (type?.name ?? "unknown type") + (sizes ?? " of unknown rank")
  }
}

extension Model {
  fileprivate var operatorSetTexts: [NamedText] {
    operatorSets.map { set in
      let isStandard = set.domain.isEmpty || set.domain == "ai.onnx"
      return NamedText(name: isStandard ? "ai.onnx" : set.domain, text: "\(set.version)")
    }
  }

  fileprivate var functionTexts: [NamedText] {
    functions.map { function in
      let body = self[function.body]
      return NamedText(
        name: function.label,
        text: "(\(body.inputs.map(\.name).text)) -> (\(body.outputs.map(\.name).text))",
        rest: function.annotation)
    }
  }

  fileprivate func propertyTexts() throws -> [NamedText] {
    let properties = try ONNXModelFormat().properties(of: self)
    var texts = properties.entries.map {
      NamedText(name: $0.name, text: $0.value.escaped, rest: $0.value.bytes)
    }
    if !properties.rest.isEmpty {
      texts.append(
        NamedText(
          name: "other fields", text: "\(properties.rest.count) bytes", rest: properties.rest))
    }
    guard let main = graphs.first else { return texts }
    texts.append(NamedText(name: "graph name", text: main.name.escaped, rest: main.name.bytes))
    if !main.annotation.isEmpty {
      texts.append(
        NamedText(
          name: "other fields of the graph", text: "\(main.annotation.count) bytes",
          rest: main.annotation))
    }
    return texts
  }
}

import ByteStorage
import ModelGraph
import ShapeInference
import Testing

@testable import StructuredPruning

/// A small graph for tests of rules, put together by operator names, shapes and constants.
struct RuleGraph {
  var graph = Graph(role: .main)
  var tensors: [Tensor] = []
  var bodies: [Graph] = []
  var version = 21

  /// A graph with the input `x`.
  init(_ shape: [Int]) {
    input("x", shape)
  }

  /// A real-valued input.
  mutating func input(_ name: ByteString, _ shape: [Int]) {
    graph.inputs.append(Value(name: name, type: .tensor(.float32, shape.map { .fixed($0) })))
  }

  /// A constant of numbers that differ, or of the given ones.
  mutating func weight(_ name: ByteString, _ shape: [Int], _ values: [Float]? = nil) throws {
    let count = shape.reduce(1, *)
    let values = values ?? (0..<count).map { Float($0 % 97) + 1 }
    try constant(name, .float32, shape, values.flatMap { bytes($0.bitPattern) })
  }

  /// A constant list of whole numbers.
  mutating func integers(_ name: ByteString, _ values: [Int]) throws {
    try constant(name, .int64, [values.count], values.flatMap { bytes(Int64($0)) })
  }

  /// A constant of any type.
  mutating func constant(
    _ name: ByteString, _ type: ElementType, _ shape: [Int], _ contents: [UInt8]
  ) throws {
    graph.initializers.append(TensorID(tensors.count))
    tensors.append(
      Tensor(
        name: name, elementType: type, shape: try #require(Shape(shape)),
        contents: MemorySource(contents)))
  }

  private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }

  /// A node; `domain.Name` for operators that are not standard.
  mutating func node(
    _ operatorType: String, _ inputs: [ByteString], _ outputs: [ByteString] = ["y"],
    _ attributes: [(ByteString, AttributeValue)] = []
  ) {
    let dot = operatorType.lastIndex(of: ".")
    graph.nodes.append(
      Node(
        operatorType: ByteString(
          dot.map { String(operatorType[operatorType.index(after: $0)...]) } ?? operatorType),
        domain: ByteString(dot.map { String(operatorType[..<$0]) } ?? ""), inputs: inputs,
        outputs: outputs, attributes: attributes.map { Attribute(name: $0.0, value: $0.1) }))
  }

  /// A value that goes out.
  mutating func output(_ name: ByteString) { graph.outputs.append(Value(name: name)) }

  /// The model.
  var model: Model {
    Model(
      graphs: [graph] + bodies, tensors: tensors,
      operatorSets: [
        OperatorSet(domain: "", version: version), OperatorSet(domain: "com.microsoft", version: 1),
      ])
  }

  /// What rules say of it.
  var analysis: RuleAnalysis { RuleAnalysis(model) }
}

/// What the analysis of a graph found.
struct RuleAnalysis {
  let structure: Structure
  private let contexts: [[NodeContext]]

  init(_ model: Model) {
    let evaluations = [DimensionAssignment.first, .second].map { EvaluatedGraph(model, $0) }
    contexts = evaluations.map { NodeContext.all(in: model, $0) }
    var structure = Structure(model, evaluations[0])
    structure.analyze(contexts[0])
    self.structure = structure
  }

  /// The axes of a constant as its first reader, or the given node, sees them.
  func axes(of constant: ByteString, at node: Int? = nil) -> [AxisLayout] {
    structure.uses.first { $0.name == constant && (node == nil || $0.node.index == node) }?.axes
      ?? structure.values[constant]?.axes ?? []
  }

  /// What several axes mean, with dimensions named `a`, `b`, … in the order they are met.
  func text(_ values: [ByteString]) -> String {
    var names: [String: String] = [:]
    return values.map { value in
      axes(of: value).map { renamed(structure.table.text(of: $0), &names) }.joined(separator: " ")
    }.joined(separator: ", ")
  }

  private func renamed(_ text: String, _ names: inout [String: String]) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.popFirst() {
      guard first == "d" else {
        result.append(first)
        continue
      }
      let number = String(rest.prefix(while: \.isNumber))
      rest = rest.dropFirst(number.count)
      let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(names.count % 26)))
      result += names[number, default: letter]
      if names[number] == nil { names[number] = letter }
    }
    return result
  }

  /// Why an axis stays whole; nil when it may shrink.
  func reason(_ constant: ByteString, axis: Int, at node: Int? = nil) -> String? {
    let axes = axes(of: constant, at: node)
    guard axes.indices.contains(axis) else { return "there is no such axis" }
    let dimensions = structure.resolved(axes[axis]).dimensions
    if dimensions.isEmpty { return "fixed" }
    return dimensions.lazy.compactMap { structure.table[$0].frozen?.text }.first
  }

  /// The model without some indices of the dimension that an axis of a constant is.
  func removing(
    _ indices: Set<Int>, of constant: ByteString, axis: Int, at node: Int? = nil
  ) throws -> Model {
    try removing([(indices, constant, axis, node)])
  }

  /// The model without some indices of several dimensions.
  func removing(
    _ removals: [(indices: Set<Int>, constant: ByteString, axis: Int, node: Int?)]
  ) throws -> Model {
    var kept = KeptIndices()
    for (indices, constant, axis, node) in removals {
      let layout = structure.resolved(try #require(axes(of: constant, at: node)[axis...].first))
      let id = try #require(layout.singleDimension ?? layout.dimensions.last)
      #expect(structure.table[id].frozen == nil)
      kept.masks[id] = (0..<structure.table[id].size).map { !indices.contains($0) }
    }
    return try removing(kept)
  }

  /// The model with these indices alone.
  func removing(_ kept: KeptIndices) throws -> Model {
    var removal = try Removal(structure, kept, Compensation(), contexts)
    return try removal.model()
  }
}

extension Model {
  /// The shape of a constant of the main graph; nil when there is none.
  func shape(of name: ByteString) -> [Int]? {
    self[.main].initializers.map { self[$0] }.first { $0.name == name }?.shape.dimensions
  }

  /// The whole numbers that an input of a node says.
  func integers(_ node: Int, input: Int) -> [Int]? {
    EvaluatedGraph(self, .first)[self[.main].nodes[node].inputs[input]]?.integers
  }
}

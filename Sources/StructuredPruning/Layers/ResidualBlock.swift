internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// A part of a network that adds something to a value: without it the value passes as it is.
struct ResidualBlock: Sendable {
  /// The Add at its end.
  let sum: NodeID
  /// The value that goes in and, without the block, comes out.
  let input: ByteString
  /// The value that the Add makes.
  let output: ByteString
  /// The nodes between, which nobody outside reads.
  let body: [NodeID]
}

extension ResidualBlock {
  /// The blocks of the main graph, in its order.
  ///
  /// An Add of two values of one shape ends a block when everything that goes into one of them comes
  /// from the other or from constants, and nobody else reads what is computed on the way.
  static func all(in model: Model, _ facts: EvaluatedGraph) -> [ResidualBlock] {
    let flow = ValueFlow(model)
    return model[.main].nodes.indices.compactMap { index in
      let node = model[.main].nodes[index]
      guard node.operatorType == "Add", node.isStandard, node.inputs.count == 2,
        let output = node.outputs.first
      else { return nil }
      let shapes = (node.inputs + [output]).map { facts[$0]?.shape }
      guard shapes[0] != nil, shapes.allSatisfy({ $0 == shapes[0] }) else { return nil }
      for (input, branch) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let body = flow.body(from: input, to: branch, readBy: index) else { continue }
        return ResidualBlock(
          sum: NodeID(graph: .main, index: index), input: input, output: output,
          body: body.map { NodeID(graph: .main, index: $0) })
      }
      return nil
    }
  }
}

/// Who makes and who reads each value of the main graph, by index.
private struct ValueFlow {
  /// No block has more nodes; larger ones are no layers.
  private static let maximumBody = 4096

  private let nodes: [Node]
  private var makers: [ByteString: Int] = [:]
  private var readers: [ByteString: [Int]] = [:]
  /// Values that may not disappear: outputs, and what bodies read.
  private var needed: Set<ByteString> = []
  private let constants: Set<ByteString>

  init(_ model: Model) {
    nodes = model[.main].nodes
    constants = Set(model[.main].initializers.map { model[$0].name })
    for (index, node) in nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { makers[name] = index }
      for name in node.inputs where !name.isEmpty { readers[name, default: []].append(index) }
    }
    needed = Set(model[.main].outputs.map(\.name))
    for graph in model.graphs.dropFirst() {
      needed.formUnion(graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.name))
    }
  }

  /// The nodes that turn `input` into `branch`, when nothing else goes in or out; nil otherwise.
  func body(from input: ByteString, to branch: ByteString, readBy sum: Int) -> [Int]? {
    guard !constants.contains(input), !constants.contains(branch) else { return nil }
    var body: Set<Int> = []
    var pending = [branch]
    var reachesInput = false
    while let name = pending.popLast() {
      if name == input {
        reachesInput = true
        continue
      }
      if name.isEmpty || constants.contains(name) { continue }
      guard let maker = makers[name] else { return nil }
      guard body.insert(maker).inserted else { continue }
      guard body.count <= Self.maximumBody else { return nil }
      pending += nodes[maker].inputs
    }
    guard reachesInput, isPrivate(body, to: sum) else { return nil }
    return body.sorted()
  }

  /// True when what a body computes is read by itself and by one node alone.
  private func isPrivate(_ body: Set<Int>, to reader: Int) -> Bool {
    body.allSatisfy { index in
      nodes[index].operatorType == "Constant"
        || nodes[index].outputs.allSatisfy { name in
          !needed.contains(name)
            && (readers[name] ?? []).allSatisfy { $0 == reader || body.contains($0) }
        }
    }
  }
}

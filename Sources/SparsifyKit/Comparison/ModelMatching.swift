internal import ByteStorage
internal import ModelGraph

/// Which nodes and tensors of two models are the same, graph by graph.
struct ModelMatching {
  /// Two graphs that are the same, and what of them is.
  struct GraphPair {
    let first: GraphID
    let second: GraphID
    /// The pair whose nodes hold these graphs.
    let parent: Int?
    /// What to call it: empty for the main graph.
    let label: String
    /// The indices of nodes that are the same, in the order of the first graph.
    var nodes: [(first: Int, second: Int)] = []
    /// The names in the second graph of values that have others in the first.
    var renamed: [ByteString: ByteString] = [:]
  }

  private(set) var graphs: [GraphPair] = []
  /// The tensors that are the same.
  private(set) var tensors: [TensorID: TensorID] = [:]
  private let first: Model
  private let second: Model
  private var matchedGraphs: Set<GraphID> = []
  /// The partners that graphs and tensors of the first model have found: none has two.
  private var takenGraphs: Set<GraphID> = []
  private var takenTensors: Set<TensorID> = []

  init(_ first: Model, _ second: Model) {
    self.first = first
    self.second = second
    for pair in Self.roots(first, second) { add(pair) }
    var next = 0
    while next < graphs.count {
      match(next)
      next += 1
    }
  }

  /// The name that a value of the first model's graph has in the second's.
  func name(of value: ByteString, in pair: Int) -> ByteString {
    var current: Int? = pair
    while let index = current {
      if let name = graphs[index].renamed[value] { return name }
      current = graphs[index].parent
    }
    return value
  }

  private mutating func add(_ pair: GraphPair) {
    guard !matchedGraphs.contains(pair.first), !takenGraphs.contains(pair.second) else { return }
    matchedGraphs.insert(pair.first)
    takenGraphs.insert(pair.second)
    graphs.append(pair)
  }

  private mutating func match(_ index: Int) {
    let pair = graphs[index]
    let (before, after) = (first[pair.first], second[pair.second])
    let nodes = NodeMatching(before.nodes, after.nodes).pairs
    graphs[index].nodes = nodes
    for (left, right) in nodes {
      let (old, new) = (before.nodes[left], after.nodes[right])
      for (from, to) in zip(old.outputs, new.outputs) where from != to {
        graphs[index].renamed[from] = to
      }
      matchAttributes(old, new, in: index)
    }
    matchConstants(index)
  }

  /// Bodies, and tensors in attributes.
  private mutating func matchAttributes(_ old: Node, _ new: Node, in index: Int) {
    let values = Dictionary(new.attributes.map { ($0.name, $0.value) }) { known, _ in known }
    for attribute in old.attributes {
      guard let other = values[attribute.name] else { continue }
      for (left, right) in zip(attribute.value.tensorIDs, other.tensorIDs) { pair(left, right) }
      for (left, right) in zip(attribute.value.graphIDs, other.graphIDs) {
        let label = "\(old.label).\(attribute.name.escaped)"
        let outer = graphs[index].label
        add(
          GraphPair(
            first: left, second: right, parent: index,
            label: outer.isEmpty ? label : "\(outer)/\(label)"))
      }
    }
  }

  /// Constants by name; then those that the same nodes read at the same place.
  private mutating func matchConstants(_ index: Int) {
    let pair = graphs[index]
    let old = first.constants(of: pair.first)
    let new = second.constants(of: pair.second)
    for (name, ids) in old {
      guard let others = new[name] else { continue }
      for (left, right) in zip(ids, others) { self.pair(left, right) }
    }
    for (left, right) in pair.nodes {
      let (reads, others) = (
        first[pair.first].nodes[left].inputs, second[pair.second].nodes[right].inputs
      )
      for (from, to) in zip(reads, others) where from != to {
        guard let ids = old[from], let candidates = new[to], new[from] == nil, old[to] == nil
        else { continue }
        for (left, right) in zip(ids, candidates) { self.pair(left, right) }
        graphs[index].renamed[from] = to
      }
    }
  }

  private mutating func pair(_ left: TensorID, _ right: TensorID) {
    guard tensors[left] == nil, takenTensors.insert(right).inserted else { return }
    tensors[left] = right
  }
}

extension ModelMatching {
  /// The graphs that no node holds: the main ones, functions by name, training graphs in order.
  private static func roots(_ first: Model, _ second: Model) -> [GraphPair] {
    var pairs: [GraphPair] = []
    if !first.graphs.isEmpty, !second.graphs.isEmpty {
      pairs.append(GraphPair(first: .main, second: .main, parent: nil, label: ""))
    }
    let functions = Dictionary(second.functions.map { ($0.label, $0.body) }) { known, _ in known }
    for function in first.functions {
      guard let body = functions[function.label] else { continue }
      pairs.append(
        GraphPair(
          first: function.body, second: body, parent: nil, label: function.label.escaped))
    }
    for (number, ids) in zip(first.trainingGraphs, second.trainingGraphs).enumerated() {
      pairs.append(
        GraphPair(first: ids.0, second: ids.1, parent: nil, label: "training \(number + 1)"))
    }
    return pairs
  }
}

extension Function {
  /// Domain and name, as nodes call it.
  var label: ByteString { ByteString(domain.bytes + "::".utf8 + name.bytes) }
}

extension Model {
  fileprivate var trainingGraphs: [GraphID] { graphIDs.filter { self[$0].role == .training } }

  /// The tensors that become values of a graph, by the values' names; a sparse one has two.
  fileprivate func constants(of graph: GraphID) -> [ByteString: [TensorID]] {
    var constants: [ByteString: [TensorID]] = [:]
    for tensor in self[graph].initializers { constants[self[tensor].name] = [tensor] }
    for sparse in self[graph].sparseInitializers {
      constants[self[sparse.values].name] = [sparse.values, sparse.indices]
    }
    for node in self[graph].nodes where node.operatorType == "Constant" && node.isStandard {
      guard let output = node.outputs.first else { continue }
      constants[output] = node.attributes.flatMap(\.value.tensorIDs)
    }
    return constants
  }
}

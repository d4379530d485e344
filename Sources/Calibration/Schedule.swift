internal import ByteStorage
internal import ModelGraph

/// The order in which a network is run up to its layers, stage by stage.
///
/// A stage ends where nothing more can run but layers; what the layers of a stage read does not depend
/// on any other of that stage. So each layer reads what the layers before it, changed already, give.
struct Schedule {
  /// A part of the network between two rows of layers.
  struct Stage {
    /// The nodes that run, in order: the layers of the stage before first.
    var nodes: [Int] = []
    /// The layers whose inputs are ready then.
    var layers: [LinearLayer] = []
    /// The values that stages from here on need of those before and of this one.
    var live: Set<ByteString> = []
  }

  /// The nodes that depend on no input of the model, in order; they belong to every stage that needs
  /// what they make.
  let constants: [Int]
  private(set) var stages: [Stage] = []

  /// Plans for these layers.
  ///
  /// Throws `GraphDefect` for a graph that cannot be run.
  init(_ model: Model, layers: [LinearLayer]) throws {
    let order = try model.executionOrder()
    let flow = DataFlow(model)
    let needed = flow.ancestors(of: layers.map(\.node))
    constants = order.filter { !flow.isDynamic[$0] }
    let pending = order.filter { flow.isDynamic[$0] && needed.contains($0) }
    arrange(pending, layers, flow)
    let made = Set(constants.flatMap { model[.main].nodes[$0].outputs })
    keepAlive(model, flow, not: made)
  }

  private mutating func arrange(_ pending: [Int], _ layers: [LinearLayer], _ flow: DataFlow) {
    let byNode = Dictionary(layers.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    var (rest, done): ([Int], Set<Int>) = (pending, [])
    var stage = Stage()
    while !rest.isEmpty {
      var (waiting, ready): ([Int], [LinearLayer]) = ([], [])
      // In an order of execution one pass runs whatever does not wait for a layer.
      for node in rest {
        guard flow.makers[node].allSatisfy({ done.contains($0) || !flow.isDynamic[$0] }) else {
          waiting.append(node)
          continue
        }
        if let layer = byNode[node] {
          ready.append(layer)
          waiting.append(node)
        } else {
          stage.nodes.append(node)
          done.insert(node)
        }
      }
      guard !ready.isEmpty else { break }
      stage.layers = ready
      stages.append(stage)
      stage = Stage(nodes: ready.map(\.node))
      done.formUnion(stage.nodes)
      rest = waiting.filter { !done.contains($0) }
    }
  }

  /// What is read after each stage, from the last one back.
  private mutating func keepAlive(_ model: Model, _ flow: DataFlow, not constant: Set<ByteString>) {
    var live: Set<ByteString> = []
    for index in stages.indices.reversed() {
      live.formUnion(stages[index].layers.map(\.input))
      live.formUnion(stages[index].layers.flatMap { flow.reads[$0.node] })
      stages[index].live = live.subtracting(constant).subtracting(flow.given)
      for node in stages[index].nodes.reversed() {
        live.subtract(model[.main].nodes[node].outputs)
        live.formUnion(flow.reads[node])
      }
    }
  }
}

/// Who makes what the nodes of the main graph read.
struct DataFlow {
  /// The names that each node reads, those of its bodies among them.
  let reads: [[ByteString]]
  /// The nodes that make what each node reads.
  let makers: [[Int]]
  /// Whether a node depends on an input of the model, or on chance.
  let isDynamic: [Bool]
  /// The constants of the graph.
  let given: Set<ByteString>

  private static let random: Set<ByteString> = [
    "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial",
    "Bernoulli",
  ]

  init(_ model: Model) {
    let graph = model[.main]
    var makerOf: [ByteString: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { makerOf[name] = index }
    }
    let given = Set(graph.initializers.map { model[$0].name })
      .union(graph.sparseInitializers.map { model[$0.values].name })
    let inputs = Set(graph.inputs.map(\.name)).subtracting(given)
    // Names that only a body knows are none of this graph's.
    let known = inputs.union(given).union(makerOf.keys)
    let reads = graph.nodes.map { node in
      (node.inputs + model.namesRead(inBodiesOf: node)).filter { known.contains($0) }
    }
    let makers = reads.map { Array(Set($0.compactMap { makerOf[$0] })).sorted() }
    var isDynamic = zip(graph.nodes, reads).map { node, names in
      Self.random.contains(node.operatorType) || names.contains { inputs.contains($0) }
    }
    let readers = Self.readers(makers)
    var pending = isDynamic.indices.filter { isDynamic[$0] }
    while let node = pending.popLast() {
      for reader in readers[node] where !isDynamic[reader] {
        isDynamic[reader] = true
        pending.append(reader)
      }
    }
    (self.reads, self.makers, self.isDynamic, self.given) = (reads, makers, isDynamic, given)
  }

  /// These nodes and all they depend on.
  func ancestors(of nodes: [Int]) -> Set<Int> {
    var found = Set(nodes)
    var pending = nodes
    while let node = pending.popLast() {
      for maker in makers[node] where found.insert(maker).inserted { pending.append(maker) }
    }
    return found
  }

  private static func readers(_ makers: [[Int]]) -> [[Int]] {
    var readers = [[Int]](repeating: [], count: makers.count)
    for (node, makers) in makers.enumerated() {
      for maker in makers { readers[maker].append(node) }
    }
    return readers
  }
}

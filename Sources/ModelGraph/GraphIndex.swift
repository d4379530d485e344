public import ByteStorage

/// A node's place in a model.
public struct NodeID: Hashable, Sendable, Comparable {
  /// The graph it stands in.
  public let graph: GraphID
  /// Its index in the graph's nodes.
  public let index: Int

  /// Names the node at an index of a graph.
  public init(graph: GraphID, index: Int) {
    self.graph = graph
    self.index = index
  }

  /// Orders by graph, then by index.
  public static func < (left: NodeID, right: NodeID) -> Bool {
    (left.graph, left.index) < (right.graph, right.index)
  }
}

extension Model {
  /// The node of that id.
  public subscript(id: NodeID) -> Node { self[id.graph].nodes[id.index] }
}

/// Who makes and who reads each value of a model, with the scoping of bodies.
///
/// A body sees the values of the graphs around it unless it defines a value of the same name.
public struct GraphIndex: Sendable {
  /// Where a value comes from.
  public enum Definition: Hashable, Sendable {
    /// A node makes it.
    case node(NodeID, output: Int)
    /// It is a constant; it may also be an input of the main graph, which overrides it.
    case initializer(TensorID)
    /// It is a sparse constant.
    case sparseInitializer(SparseTensor)
    /// It comes from outside, or from the node whose body the graph is.
    case input(Int)
  }

  private struct Scope {
    var parent: GraphID?
    var definitions: [ByteString: Definition] = [:]
    var readers: [ByteString: [NodeID]] = [:]
  }

  private var scopes: [Scope]

  /// Indexes all graphs of a model.
  public init(_ model: Model) {
    scopes = model.graphIDs.map { Self.scope(of: $0, in: model) }
    for graph in model.graphIDs {
      for (index, node) in model[graph].nodes.enumerated() {
        addReader(NodeID(graph: graph, index: index), of: node.inputs)
      }
    }
  }

  /// Where the value that `graph` knows by a name comes from; nil when it knows none.
  public func definition(of name: ByteString, in graph: GraphID) -> Definition? {
    home(of: name, in: graph).flatMap { scopes[$0.index].definitions[name] }
  }

  /// The graph that defines the value `graph` knows by a name: itself or one around it.
  public func home(of name: ByteString, in graph: GraphID) -> GraphID? {
    var current: GraphID? = graph
    // A damaged model may have a ring of parents: no chain is longer than there are graphs.
    for _ in scopes.indices {
      guard let scope = current, scopes.indices.contains(scope.index) else { return nil }
      if scopes[scope.index].definitions[name] != nil { return scope }
      current = scopes[scope.index].parent
    }
    return nil
  }

  /// The nodes that read the value `graph` knows by a name, those of bodies included, each once.
  public func readers(of name: ByteString, in graph: GraphID) -> [NodeID] {
    home(of: name, in: graph).flatMap { scopes[$0.index].readers[name] } ?? []
  }

  private mutating func addReader(_ reader: NodeID, of names: [ByteString]) {
    for name in names where !name.isEmpty {
      guard let home = home(of: name, in: reader.graph) else { continue }
      if scopes[home.index].readers[name]?.last == reader { continue }
      scopes[home.index].readers[name, default: []].append(reader)
    }
  }

  private static func scope(of id: GraphID, in model: Model) -> Scope {
    let graph = model[id]
    var scope = Scope()
    if case .body(let parent) = graph.role { scope.parent = parent }
    // The last to write wins: a node's output, then an initializer, then an input.
    for (index, input) in graph.inputs.enumerated() {
      scope.definitions[input.name] = .input(index)
    }
    for sparse in graph.sparseInitializers {
      scope.definitions[model[sparse.values].name] = .sparseInitializer(sparse)
    }
    for tensor in graph.initializers {
      scope.definitions[model[tensor].name] = .initializer(tensor)
    }
    for (index, node) in graph.nodes.enumerated() {
      for (output, name) in node.outputs.enumerated() where !name.isEmpty {
        scope.definitions[name] = .node(NodeID(graph: id, index: index), output: output)
      }
    }
    return scope
  }
}

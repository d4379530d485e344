internal import ByteStorage
internal import ModelGraph

/// The nodes that call the functions of a model.
struct FunctionCalls {
  private struct Callee: Hashable {
    let domain: ByteString
    let name: ByteString
  }

  /// The calls of each function, by its body, in the order of the graphs.
  private(set) var byBody: [GraphID: [NodeID]] = [:]

  init(_ model: Model) {
    guard !model.functions.isEmpty else { return }
    var bodies: [Callee: GraphID] = [:]
    for function in model.functions {
      bodies[Callee(domain: function.domain, name: function.name)] = function.body
    }
    for graph in model.graphIDs {
      for (index, node) in model[graph].nodes.enumerated() {
        let callee = Callee(domain: node.domain, name: node.operatorType)
        guard let body = bodies[callee] else { continue }
        byBody[body, default: []].append(NodeID(graph: graph, index: index))
      }
    }
  }
}

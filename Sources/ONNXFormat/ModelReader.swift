internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

/// Turns the C library's messages into a model, graph after graph, without recursion.
///
/// What is modelled is taken out of a message; what stays is packed and becomes the annotation.
struct ModelReader {
  /// A graph that is still to be read.
  private struct PendingGraph {
    let proto: Proto<GraphProto>
    let id: GraphID
  }

  /// A tensor whose data may still have to be found in another file.
  struct DraftTensor {
    let name: ByteString
    let elementType: ElementType
    let shape: Shape
    let annotation: [UInt8]
    var source: any ByteSource
    var hole: Int?
    var external: ExternalReference?
    /// What to call it in messages.
    let place: String
  }

  let payloads: PayloadTable
  private(set) var graphs: [Graph] = []
  var tensors: [DraftTensor] = []
  /// Sparse tensors whose places are to be checked when the data are at hand.
  var sparseTensors: [SparseTensor] = []
  var warnings: [Warning] = []
  /// The node being read, for messages.
  var currentNode: Proto<NodeProto>?
  private var pending: [PendingGraph] = []
  private(set) var functions: [Function] = []
  private(set) var operatorSets: [OperatorSet] = []
  private(set) var annotation: [UInt8] = []

  init(payloads: PayloadTable) {
    self.payloads = payloads
  }

  /// Reads a model message.
  mutating func read(_ proto: Proto<ModelProto>) throws {
    guard let main = proto.pointee.graph else {
      throw ONNXError(.noGraph, "the model has no graph")
    }
    try checkVersion(proto)
    operatorSets = messages(proto.pointee.opset_import, proto.pointee.n_opset_import).map {
      OperatorSet(domain: ByteString($0.pointee.domain), version: Int($0.pointee.version))
    }
    try checkOperatorSets(formatVersion: Int(proto.pointee.ir_version))
    _ = enqueue(main, role: .main)
    try readPending()
    for function in messages(proto.pointee.functions, proto.pointee.n_functions) {
      functions.append(try read(function))
      try readPending()
    }
    for training in messages(proto.pointee.training_info, proto.pointee.n_training_info) {
      try readTraining(training)
    }
    proto.pointee.graph = nil
    proto.pointee.n_functions = 0
    annotation = packed(proto)
  }

  /// Gives a graph its id; it is read later.
  mutating func enqueue(_ proto: Proto<GraphProto>, role: Graph.Role) -> GraphID {
    let id = GraphID(graphs.count)
    graphs.append(Graph(role: role))
    pending.append(PendingGraph(proto: proto, id: id))
    return id
  }

  private mutating func readPending() throws {
    var next = 0
    while next < pending.count {
      let graph = pending[next]
      next += 1
      try read(graph.proto, graph.id)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private mutating func read(_ proto: Proto<GraphProto>, _ id: GraphID) throws {
    let source = proto.pointee
    currentNode = nil
    var graph = graphs[id.index]
    graph.name = take(&proto.pointee.has_name, source.name)
    graph.initializers = try messages(source.initializer, source.n_initializer).map {
      try tensor($0)
    }
    graph.sparseInitializers = try messages(
      source.sparse_initializer, source.n_sparse_initializer
    ).map { try sparseTensor($0) }
    graph.nodes.reserveCapacity(source.n_node)
    for node in messages(source.node, source.n_node) { graph.nodes.append(try read(node, in: id)) }
    currentNode = nil
    graph.inputs = messages(source.input, source.n_input).map(Self.value)
    graph.outputs = messages(source.output, source.n_output).map(Self.value)
    graph.values = messages(source.value_info, source.n_value_info).map(Self.value)
    try checkNames(graph)
    proto.pointee.n_initializer = 0
    proto.pointee.n_sparse_initializer = 0
    proto.pointee.n_node = 0
    proto.pointee.n_input = 0
    proto.pointee.n_output = 0
    proto.pointee.n_value_info = 0
    graph.annotation = packed(proto)
    graphs[id.index] = graph
  }

  private mutating func read(_ proto: Proto<FunctionProto>) throws -> Function {
    let source = proto.pointee
    let id = GraphID(graphs.count)
    graphs.append(Graph(role: .function))
    var body = graphs[id.index]
    let name = take(&proto.pointee.has_name, source.name)
    let domain = take(&proto.pointee.has_domain, source.domain)
    body.name = name
    body.inputs = names(source.input, source.n_input).map { Value(name: $0) }
    body.outputs = names(source.output, source.n_output).map { Value(name: $0) }
    body.values = messages(source.value_info, source.n_value_info).map(Self.value)
    body.nodes = try messages(source.node, source.n_node).map { try read($0, in: id) }
    try checkNames(body)
    proto.pointee.n_input = 0
    proto.pointee.n_output = 0
    proto.pointee.n_value_info = 0
    proto.pointee.n_node = 0
    graphs[id.index] = body
    return Function(name: name, domain: domain, body: id, annotation: packed(proto))
  }

  /// Reads the graphs of a training step.
  ///
  /// An empty message stays in the place of each, so that the annotation says which were there.
  private mutating func readTraining(_ proto: Proto<TrainingInfoProto>) throws {
    for graph in [proto.pointee.initialization, proto.pointee.algorithm] {
      guard let graph else { continue }
      _ = enqueue(graph, role: .training)
      try readPending()
      onnx__graph_proto__init(graph)
    }
  }
}

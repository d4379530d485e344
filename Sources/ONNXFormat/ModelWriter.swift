internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

/// Turns a model into the C library's messages, graph after graph, without recursion.
///
/// Each message starts as its annotation; then what is modelled is set.
struct ModelWriter {
  /// What a handle in a message stands for.
  enum Payload {
    case tensor(TensorID)
    case bytes([UInt8])
  }

  /// A tensor message whose elements stand, or are to stand, in another file.
  struct ExternalTensor {
    let proto: Proto<TensorProto>
    let tensor: TensorID
    let path: ByteString
  }

  /// A tensor message whose elements stand in the model file.
  struct InlineTensor {
    let proto: Proto<TensorProto>
    let tensor: TensorID
  }

  private struct PendingGraph {
    let proto: Proto<GraphProto>
    let id: GraphID
  }

  let model: Model
  let arena = MessageArena()
  var payloads: [Payload] = []
  /// How many bytes the payloads have together, at most the largest number.
  var payloadSize = 0
  var externals: [ExternalTensor] = []
  var inlines: [InlineTensor] = []
  private var pending: [PendingGraph] = []
  private var usedGraphs: Set<GraphID> = []

  init(_ model: Model) {
    self.model = model
  }

  /// Makes the model's message.
  mutating func message() throws -> Proto<ModelProto> {
    let proto = try message(model.annotation, onnx__model_proto__init)
    try setOperatorSets(proto)
    proto.pointee.graph = try enqueue(.main)
    try writePending()
    let functions = try model.functions.map { try write($0) }
    proto.pointee.n_functions = functions.count
    proto.pointee.functions = try list(functions)
    try writeTraining(messages(proto.pointee.training_info, proto.pointee.n_training_info))
    return proto
  }

  /// The message that an annotation is; an empty one when there is none.
  func message<Message>(
    _ annotation: [UInt8], _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) throws -> Proto<Message> {
    if annotation.isEmpty {
      let proto = try arena.zeroed(Message.self)
      initialize(proto)
      return proto
    }
    return try arena.unpack(annotation, as: Message.self, messageDescriptor(initialize))
  }

  /// The library's form of a list of messages.
  func list<Message>(_ protos: [Proto<Message>]) throws -> ProtoList<Message>? {
    protos.isEmpty ? nil : try arena.copy(protos.map { Optional($0) })
  }

  /// The library's form of a list of names.
  func list(_ names: [ByteString]) throws -> UnsafeMutablePointer<ProtobufCBinaryData>? {
    names.isEmpty ? nil : try arena.copy(names.map { try arena.data($0.bytes) })
  }

  /// Sets a name; an empty one stays as the annotation has it.
  func put(
    _ name: ByteString, _ isPresent: inout protobuf_c_boolean, _ field: inout ProtobufCBinaryData
  ) throws {
    guard !name.isEmpty else { return }
    isPresent = 1
    field = try arena.data(name.bytes)
  }

  /// Gives a graph its message; it is filled later.
  ///
  /// - Throws: `ONNXError` when two places hold the same graph.
  mutating func enqueue(_ id: GraphID) throws -> Proto<GraphProto> {
    guard model.graphs.indices.contains(id.index), usedGraphs.insert(id).inserted else {
      throw ONNXError(.graphUse, "graph \(id.index) is missing, or held by two places")
    }
    let proto = try message(model[id].annotation, onnx__graph_proto__init)
    pending.append(PendingGraph(proto: proto, id: id))
    return proto
  }

  private mutating func writePending() throws {
    var next = 0
    while next < pending.count {
      let graph = pending[next]
      next += 1
      try write(model[graph.id], to: graph.proto)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private mutating func write(_ graph: Graph, to proto: Proto<GraphProto>) throws {
    try put(graph.name, &proto.pointee.has_name, &proto.pointee.name)
    let initializers = try graph.initializers.map { try tensor($0) }
    proto.pointee.n_initializer = initializers.count
    proto.pointee.initializer = try list(initializers)
    let sparse = try graph.sparseInitializers.map { try sparseTensor($0) }
    proto.pointee.n_sparse_initializer = sparse.count
    proto.pointee.sparse_initializer = try list(sparse)
    proto.pointee.n_node = graph.nodes.count
    proto.pointee.node = try list(graph.nodes.map { try write($0) })
    proto.pointee.n_input = graph.inputs.count
    proto.pointee.input = try list(graph.inputs.map { try write($0) })
    proto.pointee.n_output = graph.outputs.count
    proto.pointee.output = try list(graph.outputs.map { try write($0) })
    proto.pointee.n_value_info = graph.values.count
    proto.pointee.value_info = try list(graph.values.map { try write($0) })
  }

  private mutating func write(_ function: Function) throws -> Proto<FunctionProto> {
    let proto = try message(function.annotation, onnx__function_proto__init)
    let body = model[function.body]
    try put(function.name, &proto.pointee.has_name, &proto.pointee.name)
    try put(function.domain, &proto.pointee.has_domain, &proto.pointee.domain)
    proto.pointee.n_input = body.inputs.count
    proto.pointee.input = try list(body.inputs.map(\.name))
    proto.pointee.n_output = body.outputs.count
    proto.pointee.output = try list(body.outputs.map(\.name))
    proto.pointee.n_value_info = body.values.count
    proto.pointee.value_info = try list(body.values.map { try write($0) })
    proto.pointee.n_node = body.nodes.count
    proto.pointee.node = try list(body.nodes.map { try write($0) })
    try writePending()
    return proto
  }

  /// Puts the training graphs, in order, where the annotation has empty ones.
  private mutating func writeTraining(_ steps: [Proto<TrainingInfoProto>]) throws {
    var graphs = model.graphIDs.filter { model[$0].role == .training }.reversed().map { $0 }
    for step in steps {
      if step.pointee.initialization != nil, let id = graphs.popLast() {
        step.pointee.initialization = try enqueue(id)
      }
      if step.pointee.algorithm != nil, let id = graphs.popLast() {
        step.pointee.algorithm = try enqueue(id)
      }
    }
    try writePending()
  }

  /// Sets the operator sets when they are not those of the annotation.
  private func setOperatorSets(_ proto: Proto<ModelProto>) throws {
    let known = messages(proto.pointee.opset_import, proto.pointee.n_opset_import).map {
      OperatorSet(domain: ByteString($0.pointee.domain), version: Int($0.pointee.version))
    }
    guard known != model.operatorSets else { return }
    let sets = try model.operatorSets.map { set in
      let proto = try message([], onnx__operator_set_id_proto__init)
      try put(set.domain, &proto.pointee.has_domain, &proto.pointee.domain)
      proto.pointee.has_version = 1
      proto.pointee.version = Int64(set.version)
      return proto
    }
    proto.pointee.n_opset_import = sets.count
    proto.pointee.opset_import = try list(sets)
  }
}

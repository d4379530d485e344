internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelReader {
  /// Reads a node.
  mutating func read(_ proto: Proto<NodeProto>, in graph: GraphID) throws -> Node {
    currentNode = proto
    let source = proto.pointee
    var node = Node(
      name: take(&proto.pointee.has_name, source.name),
      operatorType: take(&proto.pointee.has_op_type, source.op_type),
      domain: take(&proto.pointee.has_domain, source.domain),
      inputs: names(source.input, source.n_input), outputs: names(source.output, source.n_output))
    node.attributes = try messages(source.attribute, source.n_attribute).map {
      try attribute($0, in: graph)
    }
    proto.pointee.n_input = 0
    proto.pointee.n_output = 0
    proto.pointee.n_attribute = 0
    node.annotation = packed(proto)
    return node
  }

  private mutating func attribute(
    _ proto: Proto<AttributeProto>, in graph: GraphID
  ) throws -> Attribute {
    let kind = try AttributeKind.checked(proto, place: place(of: proto))
    let name = take(&proto.pointee.has_name, proto.pointee.name)
    let value = try kind.map { try self.value(proto, $0, in: graph) } ?? .opaque
    if kind != nil { AttributeKind.clear(proto) }
    return Attribute(name: name, value: value, annotation: packed(proto))
  }

  private mutating func value(
    _ proto: Proto<AttributeProto>, _ kind: AttributeKind, in graph: GraphID
  ) throws -> AttributeValue {
    let source = proto.pointee
    switch kind {
    case .float: return .float(source.f)
    case .int: return .int(source.i)
    case .string: return .string(ByteString(source.s))
    case .tensor: return .tensor(try tensor(source.t))
    case .graph: return .graph(enqueue(source.g, role: .body(parent: graph)))
    case .sparseTensor: return .sparseTensor(try sparseTensor(source.sparse_tensor))
    case .floats: return .floats(elements(source.floats, source.n_floats))
    case .ints: return .ints(elements(source.ints, source.n_ints))
    case .strings: return .strings(names(source.strings, source.n_strings))
    case .tensors:
      return .tensors(try messages(source.tensors, source.n_tensors).map { try tensor($0) })
    case .graphs:
      return .graphs(
        messages(source.graphs, source.n_graphs).map {
          enqueue($0, role: .body(parent: graph))
        })
    case .sparseTensors:
      return .sparseTensors(
        try messages(source.sparse_tensors, source.n_sparse_tensors).map {
          try sparseTensor($0)
        })
    case .type, .types: return .opaque
    }
  }

  private func place(of proto: Proto<AttributeProto>) -> String {
    "attribute \"\(ByteString(proto.pointee.name))\" of \(nodePlace)"
  }

  /// What to call the node being read.
  var nodePlace: String {
    guard let node = currentNode?.pointee else { return "a graph" }
    return "node \"\(ByteString(node.name))\" (\(ByteString(node.op_type)))"
  }
}

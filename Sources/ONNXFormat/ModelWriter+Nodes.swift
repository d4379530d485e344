internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelWriter {
  /// The message of a node.
  mutating func write(_ node: Node) throws -> Proto<NodeProto> {
    let proto = try message(node.annotation, onnx__node_proto__init)
    try put(node.name, &proto.pointee.has_name, &proto.pointee.name)
    try put(node.operatorType, &proto.pointee.has_op_type, &proto.pointee.op_type)
    try put(node.domain, &proto.pointee.has_domain, &proto.pointee.domain)
    proto.pointee.n_input = node.inputs.count
    proto.pointee.input = try list(node.inputs)
    proto.pointee.n_output = node.outputs.count
    proto.pointee.output = try list(node.outputs)
    proto.pointee.n_attribute = node.attributes.count
    proto.pointee.attribute = try list(node.attributes.map { try write($0) })
    return proto
  }

  private mutating func write(_ attribute: Attribute) throws -> Proto<AttributeProto> {
    let proto = try message(attribute.annotation, onnx__attribute_proto__init)
    try put(attribute.name, &proto.pointee.has_name, &proto.pointee.name)
    guard let kind = AttributeKind(attribute.value) else { return proto }
    // What `type` means in an annotation is told at `AttributeKind.checked`.
    if proto.pointee.has_type == 0 {
      proto.pointee.has_type = 1
      proto.pointee.type = Onnx__AttributeProto__AttributeType(kind.rawValue)
    } else if proto.pointee.type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED {
      proto.pointee.has_type = 0
    } else if attribute.value.isZero {
      return proto
    }
    try set(attribute.value, proto)
    return proto
  }

  private mutating func set(_ value: AttributeValue, _ proto: Proto<AttributeProto>) throws {
    switch value {
    case .float(let number):
      proto.pointee.has_f = 1
      proto.pointee.f = number
    case .int(let number):
      proto.pointee.has_i = 1
      proto.pointee.i = number
    case .string(let text):
      proto.pointee.has_s = 1
      proto.pointee.s = try arena.data(text.bytes)
    case .tensor(let id): proto.pointee.t = try tensor(id)
    case .sparseTensor(let sparse): proto.pointee.sparse_tensor = try sparseTensor(sparse)
    case .graph(let id): proto.pointee.g = try enqueue(id)
    case .opaque: break
    default: try setList(value, proto)
    }
  }

  private mutating func setList(_ value: AttributeValue, _ proto: Proto<AttributeProto>) throws {
    switch value {
    case .floats(let numbers):
      proto.pointee.n_floats = numbers.count
      proto.pointee.floats = try arena.copy(numbers)
    case .ints(let numbers):
      proto.pointee.n_ints = numbers.count
      proto.pointee.ints = try arena.copy(numbers)
    case .strings(let texts):
      proto.pointee.n_strings = texts.count
      proto.pointee.strings = try list(texts)
    case .tensors(let ids):
      proto.pointee.n_tensors = ids.count
      proto.pointee.tensors = try list(ids.map { try tensor($0) })
    case .sparseTensors(let sparse):
      proto.pointee.n_sparse_tensors = sparse.count
      proto.pointee.sparse_tensors = try list(sparse.map { try sparseTensor($0) })
    case .graphs(let ids):
      proto.pointee.n_graphs = ids.count
      proto.pointee.graphs = try list(ids.map { try enqueue($0) })
    default: break
    }
  }
}

extension AttributeKind {
  /// The kind of a value; nil when the annotation has it.
  init?(_ value: AttributeValue) {
    switch value {
    case .float: self = .float
    case .int: self = .int
    case .string: self = .string
    case .tensor: self = .tensor
    case .sparseTensor: self = .sparseTensor
    case .graph: self = .graph
    case .floats: self = .floats
    case .ints: self = .ints
    case .strings: self = .strings
    case .tensors: self = .tensors
    case .sparseTensors: self = .sparseTensors
    case .graphs: self = .graphs
    case .opaque: return nil
    }
  }
}

extension AttributeValue {
  /// True for what a missing field means.
  fileprivate var isZero: Bool {
    switch self {
    case .float(let number): number.bitPattern == 0
    case .int(let number): number == 0
    case .string(let text): text.isEmpty
    default: false
    }
  }
}

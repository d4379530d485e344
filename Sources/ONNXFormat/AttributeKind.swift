internal import CProtobufC
internal import CSchemas

/// Which of an attribute's fields holds its value; the numbers are ONNX's.
enum AttributeKind: UInt32, CaseIterable {
  case float = 1
  case int
  case string
  case tensor
  case graph
  case floats
  case ints
  case strings
  case tensors
  case graphs
  case sparseTensor
  case sparseTensors
  case type
  case types

  private func isPresent(in source: AttributeProto) -> Bool {
    switch self {
    case .float: source.has_f != 0
    case .int: source.has_i != 0
    case .string: source.has_s != 0
    case .tensor: source.t != nil
    case .graph: source.g != nil
    case .floats: source.n_floats > 0
    case .ints: source.n_ints > 0
    case .strings: source.n_strings > 0
    case .tensors: source.n_tensors > 0
    case .graphs: source.n_graphs > 0
    case .sparseTensor: source.sparse_tensor != nil
    case .sparseTensors: source.n_sparse_tensors > 0
    case .type: source.tp != nil
    case .types: source.n_type_protos > 0
    }
  }

  /// True when an attribute of this kind may lack its field: writers leave out zeros and empty lists.
  private var hasDefault: Bool {
    switch self {
    case .tensor, .graph, .sparseTensor, .type, .types: false
    default: true
    }
  }

  /// True when a missing field has to be told from one that holds a zero.
  var isScalar: Bool { self == .float || self == .int || self == .string }

  /// The kind of an attribute's value; nil when it is left to the annotation.
  ///
  /// In the annotation, `type` keeps what the value does not say: it stays when the field is missing,
  /// and is set to UNDEFINED when the file had no type (before version 2 of the format).
  /// - Throws: `ONNXError` for several values, a value of another type, or a value and a reference.
  static func checked(
    _ proto: Proto<AttributeProto>, place: @autoclosure () -> String
  ) throws -> AttributeKind? {
    let source = proto.pointee
    let found = allCases.filter { $0.isPresent(in: source) }
    if source.has_ref_attr_name != 0, source.ref_attr_name.len > 0 {
      guard found.isEmpty else {
        throw ONNXError(.attribute, "\(place()) has a value and refers to another attribute")
      }
      return nil
    }
    guard found.count < 2 else {
      throw ONNXError(.attribute, "\(place()) has several values")
    }
    let declared = AttributeKind(rawValue: source.type.rawValue)
    guard let kind = found.first else {
      guard let declared, source.has_type != 0, declared.hasDefault else { return nil }
      if !declared.isScalar { proto.pointee.has_type = 0 }
      return declared
    }
    guard source.has_type == 0 || declared == kind else {
      throw ONNXError(
        .attribute,
        "\(place()) says type \(source.type.rawValue) but its value has \(kind.rawValue)")
    }
    guard kind != .type, kind != .types else { return nil }
    proto.pointee.has_type = source.has_type == 0 ? 1 : 0
    proto.pointee.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED
    return kind
  }

  /// Takes the value out of an attribute.
  static func clear(_ proto: Proto<AttributeProto>) {
    proto.pointee.has_f = 0
    proto.pointee.has_i = 0
    proto.pointee.has_s = 0
    proto.pointee.t = nil
    proto.pointee.g = nil
    proto.pointee.sparse_tensor = nil
    proto.pointee.n_floats = 0
    proto.pointee.n_ints = 0
    proto.pointee.n_strings = 0
    proto.pointee.n_tensors = 0
    proto.pointee.n_graphs = 0
    proto.pointee.n_sparse_tensors = 0
  }
}

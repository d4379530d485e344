internal import ByteStorage
internal import CSchemas
internal import ProtobufWire

/// The numbers of ONNX that reading and writing need.
enum ONNXSchema {
  /// The newest version of the format that this schema knows.
  static let newestVersion = 14
  /// The newest version of the standard operators when this was written.
  static let newestOperatorSet = 28
  /// No release is near: a higher version is damage.
  static let highestPlausibleVersion = 100
  /// The fewest bytes of a tensor that are not read with the structure.
  static let minimumHole = 64

  /// The fields of a tensor message that hold elements, by number.
  enum DataField: Int {
    case floats = 4
    case int32s = 5
    case int64s = 7
    case raw = 9
    case doubles = 10
    case uint64s = 11

    /// The field's name in the schema.
    var name: String {
      switch self {
      case .floats: "float_data"
      case .int32s: "int32_data"
      case .int64s: "int64_data"
      case .raw: "raw_data"
      case .doubles: "double_data"
      case .uint64s: "uint64_data"
      }
    }
  }

  private static let textNames = [
    "name", "op_type", "domain", "overload", "input", "output", "dim_param", "ref_attr_name",
  ]
  private static let countLimits: KeyValuePairs = [
    "onnx.NodeProto": Limits.nodes, "onnx.TensorProto": Limits.tensors,
  ]

  /// For reading: everything that holds elements is taken out, whatever its form.
  static let reading = schema(detaching: [
    "float_data", "int32_data", "int64_data", "raw_data", "double_data", "uint64_data",
  ])
  /// For writing: the fields that hold handles of contents.
  static let writing = schema(detaching: ["float_data", "raw_data", "double_data"])

  private static func schema(detaching fields: [String]) -> WireSchema {
    WireSchema(
      root: messageDescriptor(onnx__model_proto__init), detached: ["onnx.TensorProto": fields],
      // Defaults of function attributes stay in the function's annotation, elements and all.
      whole: ["onnx.FunctionProto": ["attribute_proto"]],
      names: textNames, countLimits: countLimits)
  }
}

public import ByteStorage
internal import CSchemas
public import ModelGraph
internal import ProtobufWire

/// What a file says of a model beside its graphs and operator sets.
public struct ModelProperties: Sendable {
  /// A named value, such as `producer_name`, or `metadata_props[author]`.
  public struct Entry: Hashable, Sendable {
    /// The field's name in onnx.proto.
    public let name: ByteString
    /// The value; numbers in digits.
    public let value: ByteString
  }

  /// The values that are set, in the order of onnx.proto.
  public let entries: [Entry]
  /// All other fields, in the format's own bytes.
  public let rest: [UInt8]
}

extension ONNXModelFormat {
  /// What the file said of a model that was read.
  ///
  /// - Throws: `WireError` when the model's annotation is not one that reading made.
  public func properties(of model: Model) throws -> ModelProperties {
    let arena = MessageArena()
    let proto = try arena.unpack(
      model.annotation, as: ModelProto.self, messageDescriptor(onnx__model_proto__init))
    let source = proto.pointee
    func entry(_ name: ByteString, _ isPresent: Bool, _ value: ByteString) -> ModelProperties.Entry?
    {
      isPresent ? ModelProperties.Entry(name: name, value: value) : nil
    }
    let fields = [
      entry("ir_version", source.has_ir_version != 0, ByteString("\(source.ir_version)")),
      entry("producer_name", source.has_producer_name != 0, ByteString(source.producer_name)),
      entry(
        "producer_version", source.has_producer_version != 0, ByteString(source.producer_version)),
      entry("domain", source.has_domain != 0, ByteString(source.domain)),
      entry("model_version", source.has_model_version != 0, ByteString("\(source.model_version)")),
      entry("doc_string", source.has_doc_string != 0, ByteString(source.doc_string)),
    ]
    let metadata = messages(source.metadata_props, source.n_metadata_props).map {
      ModelProperties.Entry(
        name: ByteString("metadata_props[".utf8 + ByteString($0.pointee.key).bytes + "]".utf8),
        value: ByteString($0.pointee.value))
    }
    proto.pointee.has_ir_version = 0
    proto.pointee.has_producer_name = 0
    proto.pointee.has_producer_version = 0
    proto.pointee.has_domain = 0
    proto.pointee.has_model_version = 0
    proto.pointee.has_doc_string = 0
    proto.pointee.n_opset_import = 0
    proto.pointee.n_metadata_props = 0
    return ModelProperties(entries: fields.compactMap(\.self) + metadata, rest: packed(proto))
  }
}

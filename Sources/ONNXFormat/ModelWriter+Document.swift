internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelWriter {
  /// The fewest bytes of a tensor that moves to a data file when the model file gets too large.
  private static let smallestExternal = 1024
  /// What lengths and tags of payloads may take beyond the message.
  private static let lengthReserve = 1 << 20

  /// Packs the model anew.
  ///
  /// - Parameters:
  ///   - dataFileName: the data file to use when the model file would exceed `largestFile`.
  ///   - largestFile: the most bytes of a model file; protobuf readers stop at 2 GiB.
  /// - Returns: the model file first, then its data files.
  /// - Throws: `ONNXError` when the model contradicts itself.
  mutating func document(dataFileName: ByteString, largestFile: Int) throws -> SourceDocument {
    let proto = try message()
    let structure = UnsafeRawPointer(proto).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(structure)
    let (total, overflow) = payloadSize.addingReportingOverflow(size + Self.lengthReserve)
    if overflow || total > largestFile { try moveOut(to: dataFileName) }
    let files = try ExternalLayout(self).files()
    let message = packed(proto)
    var filler = PayloadFiller(writer: self)
    var limits = WireLimits()
    limits.depth = Int.max
    limits.nameLength = Int.max
    limits.baseMemory = Int.max
    let scan = try walk(
      .memory(message), schema: ONNXSchema.writing, limits: limits, visitor: &filler)
    let holes = zip(scan.messageHoles, filler.tensors).map { hole, tensor in
      FileTemplate.Hole(position: hole.position, tensor: tensor, byteCount: hole.byteCount)
    }
    let main = FileTemplate(literal: MemorySource(scan.message), holes: holes)
    return SourceDocument(formatName: ONNXModelFormat.name, files: [main] + files)
  }

  /// Moves the elements of all but small tensors to a data file.
  private mutating func moveOut(to path: ByteString) throws {
    for inline in inlines where model[inline.tensor].contents.byteCount >= Self.smallestExternal {
      _ = FormMark.take(inline.proto)
      inline.proto.pointee.has_data_location = 1
      inline.proto.pointee.data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
      inline.proto.pointee.n_external_data = 0
      externals.append(ExternalTensor(proto: inline.proto, tensor: inline.tensor, path: path))
    }
  }
}

/// Puts elements, or holes for them, where handles stand.
private struct PayloadFiller: WireVisitor {
  let writer: ModelWriter
  private(set) var tensors: [TensorID] = []

  init(writer: ModelWriter) {
    self.writer = writer
  }

  mutating func replacement(for field: DetachedField) throws -> WireReplacement {
    var bytes: [UInt8] = []
    Varint.append(UInt64(field.number << 3 | 2), to: &bytes)
    guard field.byteCount > 0 else { return WireReplacement(bytes + [0]) }
    let payload = writer.payloads[Int(field.head)]
    let size = writer.size(of: payload)
    Varint.append(UInt64(size), to: &bytes)
    switch payload {
    case .tensor(let id) where size >= ONNXSchema.minimumHole:
      tensors.append(id)
      return WireReplacement(bytes, hole: size)
    case .tensor(let id): return WireReplacement(bytes + (try writer.model[id].contents.bytes()))
    case .bytes(let contents): return WireReplacement(bytes + contents)
    }
  }
}

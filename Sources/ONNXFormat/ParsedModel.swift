internal import ByteStorage
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

/// A model whose structure is read, while its data files may still be unknown.
struct ParsedModel {
  /// What unpacking may take beyond the walk's estimate: the library's lists of fields come and go.
  private static let spareMemory = 16 << 20

  private let scan: WireScan
  var reader: ModelReader

  /// Walks over the structure, unpacks and converts it.
  init(
    _ input: WireInput, _ limits: WireLimits, hole: (WireHole) throws -> (any ByteSource)?
  ) throws {
    var collector = PayloadCollector()
    scan = try walk(input, schema: ONNXSchema.reading, limits: limits, visitor: &collector)
    let sources = try scan.holes.map { try hole($0) ?? MemorySource([]) }
    let payloads = PayloadTable(chunks: collector.chunks, literal: scan.literal, holes: sources)
    reader = ModelReader(payloads: payloads)
    let arena = MessageArena(limit: 2 * scan.memory + Self.spareMemory)
    let proto = try arena.unpack(
      scan.message, as: ModelProto.self, messageDescriptor(onnx__model_proto__init))
    try withExtendedLifetime(arena) { try reader.read(proto) }
    reader.warnings += scan.unknownFields.map {
      Warning(.unknownField, "unknown field \($0.number) of \($0.message) is kept as it is")
    }
  }

  /// The tensor that fills each hole; nil for those that are no tensor's.
  private var owners: [TensorID?] {
    var owners = [TensorID?](repeating: nil, count: scan.holes.count)
    for (index, tensor) in reader.tensors.enumerated() {
      if let hole = tensor.hole { owners[hole] = TensorID(index) }
    }
    return owners
  }

  /// The holes of a stored template, each with the tensor that fills it here.
  ///
  /// - Throws: `ONNXError` when a hole is no tensor's.
  func owned(_ holes: [FileTemplate.Hole]) throws(ONNXError) -> [FileTemplate.Hole] {
    let owners = owners
    var owned = holes
    for index in holes.indices {
      guard index < owners.count, let owner = owners[index] else {
        throw ONNXError(.template, "hole \(index) of the stored model is no tensor's")
      }
      owned[index].tensor = owner
    }
    return owned
  }

  /// The model file as literal bytes and holes.
  ///
  /// Long values that are no tensor's contents as they stand, such as one half of a tensor in two
  /// parts, count as literal bytes, but stay in the file.
  func template(of file: any ByteSource) -> FileTemplate {
    let owners = owners
    let memory = MemorySource(scan.literal)
    guard owners.contains(nil) else {
      return FileTemplate(
        literal: memory, holes: holes(owners, shifted: { _ in 0 }), original: file)
    }
    var parts: [any ByteSource] = []
    var done = 0
    var shifts: [Int] = []
    var shift = 0
    for (index, hole) in scan.holes.enumerated() {
      shifts.append(shift)
      guard owners[index] == nil else { continue }
      parts += [memory.slice(done..<hole.position), file.slice(hole.fileRange)].compactMap { $0 }
      done = hole.position
      shift += hole.byteCount
    }
    if let rest = memory.slice(done..<memory.byteCount) { parts.append(rest) }
    return FileTemplate(
      literal: ConcatenatedSource(parts), holes: holes(owners, shifted: { shifts[$0] }),
      original: file)
  }

  private func holes(
    _ owners: [TensorID?], shifted: (Int) -> Int
  ) -> [FileTemplate.Hole] {
    scan.holes.enumerated().compactMap { index, hole in
      owners[index].map {
        FileTemplate.Hole(
          position: hole.position + shifted(index), tensor: $0, byteCount: hole.byteCount)
      }
    }
  }

  /// Checks that all tensors together stay below the limit: a sparse data file may claim any size.
  private func checkTotalSize() throws(ONNXError) {
    var rest = Limits.decodedBytes
    for tensor in reader.tensors {
      guard tensor.source.byteCount <= rest else {
        throw ONNXError(
          .dataSize, "all tensors together have more than \(Limits.decodedBytes) bytes")
      }
      rest -= tensor.source.byteCount
    }
  }

  /// The model, when all data are found.
  func finish(_ document: SourceDocument) throws -> ONNXModelFormat.Reading {
    for sparse in reader.sparseTensors {
      let indices = reader.tensors[sparse.indices.index]
      if indices.source is AbsentContents { continue }
      let width = indices.shape.rank == 2 ? sparse.shape.rank : 1
      try SparsePlaces(shape: sparse.shape, indices: indices.source, width: width)
        .check("sparse \(reader.tensors[sparse.values.index].place)")
    }
    try checkTotalSize()
    let tensors = reader.tensors.map {
      Tensor(
        name: $0.name, elementType: $0.elementType, shape: $0.shape, contents: $0.source,
        annotation: $0.annotation)
    }
    let model = Model(
      graphs: reader.graphs, tensors: tensors, functions: reader.functions,
      operatorSets: reader.operatorSets, document: document, annotation: reader.annotation)
    return ONNXModelFormat.Reading(model: model, warnings: reader.warnings)
  }
}

extension WireHole {
  fileprivate var fileRange: Range<Int> { offset..<offset + byteCount }
}

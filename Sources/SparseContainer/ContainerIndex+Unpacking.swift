internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire
internal import SparseCoding

extension ContainerIndex {
  nonisolated(unsafe) private static let descriptor: UnsafePointer<ProtobufCMessageDescriptor> = {
    var message = Spm__Index()
    spm__index__init(&message)
    return message.base.descriptor
  }()
  private static let schema = WireSchema(root: descriptor)
  /// Indexes of nothing but tiny tensors take eleven bytes of memory for each of theirs.
  private static let limits: WireLimits = {
    var limits = WireLimits()
    limits.baseMemory = 1 << 24
    limits.memoryRatio = 16
    return limits
  }()

  /// Reads the index from its protobuf message.
  ///
  /// See schemas/spm.proto.
  ///
  /// - Throws: `WireError` for bytes that are no such message or would take too much memory,
  ///   `SparseContainerError` when a rule is broken.
  init(message bytes: [UInt8]) throws {
    let scan = try check(bytes, schema: Self.schema, limits: Self.limits)
    let arena = MessageArena()
    let message = try arena.unpack(scan.message, as: Spm__Index.self, Self.descriptor)
    defer { withExtendedLifetime(arena) {} }
    try checkFields(of: message.pointee.base, "Index")
    document = try message.pointee.document.map { try DocumentRecord($0.pointee) }
    sections = try values(message.pointee.sections, message.pointee.n_sections)
      .map(SectionRecord.init)
    tensors = try values(message.pointee.tensors, message.pointee.n_tensors).map(TensorRecord.init)
    history = History(
      try values(message.pointee.history, message.pointee.n_history).map(HistoryEntry.init))
    shards = try values(message.pointee.shards, message.pointee.n_shards).map(ShardRecord.init)
  }
}

extension DocumentRecord {
  fileprivate init(_ message: Spm__Document) throws {
    try checkFields(of: message.base, "Document")
    format = text(message.format)
    files = try values(message.files, message.n_files).map(FileRecord.init)
  }
}

extension ShardRecord {
  fileprivate init(_ message: Spm__Shard) throws(SparseContainerError) {
    try checkFields(of: message.base, "Shard")
    name = ByteString(bytes(message.name))
    byteCount = try count(message.byte_count)
    indexChecksum = message.index_checksum
  }
}

extension FileRecord {
  fileprivate init(_ message: Spm__File) throws(SparseContainerError) {
    try checkFields(of: message.base, "File")
    path = ByteString(bytes(message.path))
    literalSection = Int(message.literal_section)
    literalRuns = []
    for run in numbers(message.literal_runs, message.n_literal_runs) {
      literalRuns.append(try count(run))
    }
    holeTensors = numbers(message.hole_tensors, message.n_hole_tensors).map(Int.init)
    digest = message.sha256.len > 0 ? bytes(message.sha256) : nil
  }
}

extension SectionRecord {
  fileprivate init(_ message: Spm__Section) throws(SparseContainerError) {
    try checkFields(of: message.base, "Section")
    guard let kind = UInt8(exactly: message.element_kind).flatMap(ElementLayout.Kind.init) else {
      throw .broken("elements of kind \(message.element_kind)")
    }
    guard let layout = try? ElementLayout(width: Int(message.element_width), kind: kind) else {
      throw .broken("elements of \(message.element_width) bytes")
    }
    self.layout = layout
    elementCount = try count(message.element_count)
    chunkElements = Int(message.chunk_elements)
    chunkLengths = Array(numbers(message.chunk_lengths, message.n_chunk_lengths))
    chunkChecksums = Array(numbers(message.chunk_checksums, message.n_chunk_checksums))
    gap = Int(message.gap)
    guard message.plain <= 1 else {
      throw .broken("a section that is plain \(message.plain) times")
    }
    isPlain = message.plain == 1
    shard = Int(message.shard)
  }
}

extension TensorRecord {
  fileprivate init(_ message: Spm__Tensor) throws(SparseContainerError) {
    try checkFields(of: message.base, "Tensor")
    name = ByteString(bytes(message.name))
    guard let type = UInt8(exactly: message.element_type).flatMap(ElementType.init),
      type != .string
    else { throw .broken("tensor \"\(name)\" of element type \(message.element_type)") }
    elementType = type
    var dimensions: [Int] = []
    for dimension in numbers(message.dims, message.n_dims) {
      dimensions.append(try count(dimension))
    }
    guard let shape = Shape(dimensions) else {
      throw .broken("tensor \"\(name)\" has an impossible shape")
    }
    self.shape = shape
    section = Int(message.section)
    firstElement = try count(message.first_element)
    guard message.transposed <= 1 else {
      throw .broken("tensor \"\(name)\" is transposed \(message.transposed) times")
    }
    isTransposed = message.transposed == 1
  }
}

extension HistoryEntry {
  fileprivate init(_ message: Spm__HistoryEntry) throws(SparseContainerError) {
    try checkFields(of: message.base, "HistoryEntry")
    var settings: [Setting] = []
    for setting in values(message.settings, message.n_settings) {
      try checkFields(of: setting.base, "Setting")
      settings.append(Setting(text(setting.name), text(setting.value)))
    }
    self.init(
      action: text(message.action), settings: settings,
      weightCount: try count(message.weight_count), zerosBefore: try count(message.zeros_before),
      zerosAfter: try count(message.zeros_after))
  }
}

/// Fields below this number must be understood.
private let firstSkippableField = 64

private func checkFields(
  of message: ProtobufCMessage, _ name: String
) throws(SparseContainerError) {
  for index in 0..<Int(message.n_unknown_fields) {
    let tag = Int(message.unknown_fields[index].tag)
    guard tag >= firstSkippableField else { throw .unknownField(message: name, field: tag) }
  }
}

private func count(_ number: UInt64) throws(SparseContainerError) -> Int {
  guard let value = Int(exactly: number) else { throw .broken("the number \(number)") }
  return value
}

private func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
  Array(UnsafeBufferPointer(start: data.data, count: data.len))
}

private func text(_ data: ProtobufCBinaryData) -> String {
  String(decoding: bytes(data), as: UTF8.self)
}

private func numbers<Number>(
  _ start: UnsafeMutablePointer<Number>?, _ count: Int
) -> UnsafeBufferPointer<Number> {
  UnsafeBufferPointer(start: start, count: count)
}

/// The messages of a repeated field.
private func values<Message>(
  _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
) -> [Message] {
  UnsafeBufferPointer(start: start, count: count).compactMap { $0?.pointee }
}

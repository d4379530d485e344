internal import ByteStorage
internal import CProtobufC
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire
internal import SparseCoding

extension ContainerIndex {
  /// The index as a protobuf message.
  ///
  /// See schemas/spm.proto.
  func message() throws -> [UInt8] {
    let arena = MessageArena()
    let index = try arena.make(spm__index__init)
    index.pointee.document = try document?.message(in: arena)
    (index.pointee.n_sections, index.pointee.sections) = try arena.list(sections) {
      try $0.message(in: arena)
    }
    (index.pointee.n_tensors, index.pointee.tensors) = try arena.list(tensors) {
      try $0.message(in: arena)
    }
    (index.pointee.n_history, index.pointee.history) = try arena.list(history.entries) {
      try $0.message(in: arena)
    }
    (index.pointee.n_shards, index.pointee.shards) = try arena.list(shards) {
      try $0.message(in: arena)
    }
    return withExtendedLifetime(arena) { packed(index) }
  }
}

extension ShardRecord {
  fileprivate func message(in arena: MessageArena) throws -> UnsafeMutablePointer<Spm__Shard> {
    let message = try arena.make(spm__shard__init)
    message.pointee.has_name = 1
    message.pointee.name = try arena.data(name.bytes)
    message.pointee.has_byte_count = 1
    message.pointee.byte_count = UInt64(byteCount)
    message.pointee.has_index_checksum = 1
    message.pointee.index_checksum = indexChecksum
    return message
  }
}

extension DocumentRecord {
  fileprivate func message(in arena: MessageArena) throws -> UnsafeMutablePointer<Spm__Document> {
    let message = try arena.make(spm__document__init)
    message.pointee.has_format = 1
    message.pointee.format = try arena.data(Array(format.utf8))
    (message.pointee.n_files, message.pointee.files) = try arena.list(files) {
      try $0.message(in: arena)
    }
    return message
  }
}

extension FileRecord {
  fileprivate func message(in arena: MessageArena) throws -> UnsafeMutablePointer<Spm__File> {
    let message = try arena.make(spm__file__init)
    message.pointee.has_path = 1
    message.pointee.path = try arena.data(path.bytes)
    message.pointee.has_literal_section = 1
    message.pointee.literal_section = UInt32(literalSection)
    message.pointee.n_literal_runs = literalRuns.count
    message.pointee.literal_runs = try arena.copy(literalRuns.map(UInt64.init))
    message.pointee.n_hole_tensors = holeTensors.count
    message.pointee.hole_tensors = try arena.copy(holeTensors.map(UInt32.init))
    if let digest {
      message.pointee.has_sha256 = 1
      message.pointee.sha256 = try arena.data(digest)
    }
    return message
  }
}

extension SectionRecord {
  fileprivate func message(in arena: MessageArena) throws -> UnsafeMutablePointer<Spm__Section> {
    let message = try arena.make(spm__section__init)
    message.pointee.has_element_kind = 1
    message.pointee.element_kind = UInt32(layout.kind.rawValue)
    message.pointee.has_element_width = 1
    message.pointee.element_width = UInt32(layout.width)
    message.pointee.has_element_count = 1
    message.pointee.element_count = UInt64(elementCount)
    message.pointee.has_chunk_elements = 1
    message.pointee.chunk_elements = UInt32(chunkElements)
    message.pointee.n_chunk_lengths = chunkLengths.count
    message.pointee.chunk_lengths = try arena.copy(chunkLengths)
    message.pointee.n_chunk_checksums = chunkChecksums.count
    message.pointee.chunk_checksums = try arena.copy(chunkChecksums)
    if gap > 0 { (message.pointee.has_gap, message.pointee.gap) = (1, UInt32(gap)) }
    if isPlain { (message.pointee.has_plain, message.pointee.plain) = (1, 1) }
    if shard > 0 { (message.pointee.has_shard, message.pointee.shard) = (1, UInt32(shard)) }
    return message
  }
}

extension TensorRecord {
  fileprivate func message(in arena: MessageArena) throws -> UnsafeMutablePointer<Spm__Tensor> {
    let message = try arena.make(spm__tensor__init)
    message.pointee.has_name = 1
    message.pointee.name = try arena.data(name.bytes)
    message.pointee.has_element_type = 1
    message.pointee.element_type = UInt32(elementType.rawValue)
    message.pointee.n_dims = shape.rank
    message.pointee.dims = try arena.copy(shape.dimensions.map(UInt64.init))
    message.pointee.has_section = 1
    message.pointee.section = UInt32(section)
    message.pointee.has_first_element = 1
    message.pointee.first_element = UInt64(firstElement)
    if isTransposed { (message.pointee.has_transposed, message.pointee.transposed) = (1, 1) }
    return message
  }
}

extension HistoryEntry {
  fileprivate func message(
    in arena: MessageArena
  ) throws -> UnsafeMutablePointer<Spm__HistoryEntry> {
    let message = try arena.make(spm__history_entry__init)
    message.pointee.has_action = 1
    message.pointee.action = try arena.data(Array(action.utf8))
    (message.pointee.n_settings, message.pointee.settings) = try arena.list(settings) { setting in
      let pair = try arena.make(spm__setting__init)
      pair.pointee.has_name = 1
      pair.pointee.name = try arena.data(Array(setting.name.utf8))
      pair.pointee.has_value = 1
      pair.pointee.value = try arena.data(Array(setting.value.utf8))
      return pair
    }
    message.pointee.has_weight_count = 1
    message.pointee.weight_count = UInt64(weightCount)
    message.pointee.has_zeros_before = 1
    message.pointee.zeros_before = UInt64(zerosBefore)
    message.pointee.has_zeros_after = 1
    message.pointee.zeros_after = UInt64(zerosAfter)
    return message
  }
}

extension MessageArena {
  /// A new message, initialised by its generated function.
  fileprivate func make<Message: BitwiseCopyable>(
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) throws -> UnsafeMutablePointer<Message> {
    let message = try zeroed(Message.self)
    initialize(message)
    return message
  }

  /// A repeated field of messages: their number and the array of their addresses.
  fileprivate func list<Value, Message>(
    _ values: [Value], _ make: (Value) throws -> UnsafeMutablePointer<Message>
  ) throws -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
    let messages = try values.map { Optional(try make($0)) }
    return (messages.count, try copy(messages))
  }
}

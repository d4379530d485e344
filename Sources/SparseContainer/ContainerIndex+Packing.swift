internal import ByteStorage
internal import CProtobufC
internal import CSPM
internal import ModelGraph
internal import ProtobufWire
internal import SparseCoding

extension ContainerIndex {
  /// The index as a protobuf message.
  ///
  /// See schemas/spm.proto.
  func packed() -> [UInt8] {
    let arena = MessageArena()
    let message = arena.make(Spm__Index.self, spm__index__init) { message in
      message.document = document(in: arena)
      (message.n_sections, message.sections) = arena.pointers(
        sections.map { $0.message(in: arena) })
      (message.n_tensors, message.tensors) = arena.pointers(tensors.map { $0.message(in: arena) })
      (message.n_history, message.history) = arena.pointers(
        history.entries.map { $0.message(in: arena) })
    }
    return [UInt8](unsafeUninitializedCapacity: spm__index__get_packed_size(message)) {
      buffer, count in
      count = spm__index__pack(message, buffer.baseAddress)
    }
  }

  private func document(in arena: MessageArena) -> UnsafeMutablePointer<Spm__Document> {
    arena.make(Spm__Document.self, spm__document__init) { message in
      (message.has_format, message.format) = (1, arena.bytes(format.utf8))
      (message.n_files, message.files) = arena.pointers(files.map { $0.message(in: arena) })
    }
  }
}

extension FileRecord {
  fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Spm__File> {
    arena.make(Spm__File.self, spm__file__init) { message in
      (message.has_path, message.path) = (1, arena.bytes(path.bytes))
      (message.has_literal_section, message.literal_section) = (1, UInt32(literalSection))
      (message.n_literal_runs, message.literal_runs) = arena.array(literalRuns.map(UInt64.init))
      (message.n_hole_tensors, message.hole_tensors) = arena.array(holeTensors.map(UInt32.init))
      if let digest { (message.has_sha256, message.sha256) = (1, arena.bytes(digest)) }
    }
  }
}

extension SectionRecord {
  fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Spm__Section> {
    arena.make(Spm__Section.self, spm__section__init) { message in
      (message.has_element_kind, message.element_kind) = (1, UInt32(layout.kind.rawValue))
      (message.has_element_width, message.element_width) = (1, UInt32(layout.width))
      (message.has_element_count, message.element_count) = (1, UInt64(elementCount))
      (message.has_chunk_elements, message.chunk_elements) = (1, UInt32(chunkElements))
      (message.n_chunk_lengths, message.chunk_lengths) = arena.array(chunkLengths)
      (message.n_chunk_checksums, message.chunk_checksums) = arena.array(chunkChecksums)
    }
  }
}

extension TensorRecord {
  fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Spm__Tensor> {
    arena.make(Spm__Tensor.self, spm__tensor__init) { message in
      (message.has_name, message.name) = (1, arena.bytes(name.bytes))
      (message.has_element_type, message.element_type) = (1, UInt32(elementType.rawValue))
      (message.n_dims, message.dims) = arena.array(shape.dimensions.map(UInt64.init))
      (message.has_section, message.section) = (1, UInt32(section))
      (message.has_first_element, message.first_element) = (1, UInt64(firstElement))
    }
  }
}

extension HistoryEntry {
  fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Spm__HistoryEntry> {
    arena.make(Spm__HistoryEntry.self, spm__history_entry__init) { message in
      (message.has_action, message.action) = (1, arena.bytes(action.utf8))
      (message.n_settings, message.settings) = arena.pointers(
        settings.map { setting in
          arena.make(Spm__Setting.self, spm__setting__init) { pair in
            (pair.has_name, pair.name) = (1, arena.bytes(setting.name.utf8))
            (pair.has_value, pair.value) = (1, arena.bytes(setting.value.utf8))
          }
        })
      (message.has_weight_count, message.weight_count) = (1, UInt64(weightCount))
      (message.has_zeros_before, message.zeros_before) = (1, UInt64(zerosBefore))
      (message.has_zeros_after, message.zeros_after) = (1, UInt64(zerosAfter))
    }
  }
}

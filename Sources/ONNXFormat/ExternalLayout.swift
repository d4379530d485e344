internal import ByteStorage
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

/// Where tensors stand in the data files of a model that is packed anew.
///
/// A data file whose tensors still fit their places keeps them; otherwise its tensors are laid out in
/// order, and their messages are changed.
struct ExternalLayout {
  private static let alignment = 64
  private static let pageSize = 4096
  /// From this size on tensors start at pages, so that readers can map them.
  private static let pagedSize = 64 << 10
  /// The most bytes of zeros between tensors beyond the tensors' own size.
  private static let spareGap = 1 << 20

  private let writer: ModelWriter
  private var order: [ByteString] = []
  private var groups: [ByteString: [ModelWriter.ExternalTensor]] = [:]

  init(_ writer: ModelWriter) {
    self.writer = writer
    for external in writer.externals {
      if groups[external.path] == nil { order.append(external.path) }
      groups[external.path, default: []].append(external)
    }
  }

  /// The data files, in the order they are first named.
  func files() throws -> [FileTemplate] {
    try order.map { path in
      let tensors = groups[path] ?? []
      let layout = try kept(tensors) ?? laidOut(tensors, path)
      return layout.template(path: path)
    }
  }

  /// The layout that the messages say; nil when it does not fit the tensors any more.
  private func kept(_ tensors: [ModelWriter.ExternalTensor]) -> FileLayout? {
    var placed: [(range: Range<Int>, tensor: TensorID)] = []
    for external in tensors {
      let size = writer.model[external.tensor].contents.byteCount
      guard let place = try? ExternalReference(external.proto.externalEntries, byteCount: size)
      else { return nil }
      if size > 0 { placed.append((place.range, external.tensor)) }
    }
    placed.sort { ($0.range.lowerBound, $0.tensor) < ($1.range.lowerBound, $1.tensor) }
    var layout = FileLayout()
    for entry in placed {
      let previous = layout.tensors.last
      switch layout.add(entry.range, entry.tensor) {
      case .added: continue
      case .overlapping: return nil
      case .shared:
        let both = [previous, entry.tensor].compactMap { $0 }
        guard both.allSatisfy({ writer.model[$0].isOriginal }) else { return nil }
      }
    }
    let gaps = layout.gaps.reduce(0) { $0 + $1.count }
    let own = layout.ranges.reduce(0) { $0 + $1.count }
    return gaps - Self.spareGap <= own ? layout : nil
  }

  /// Places tensors one after the other and says so in their messages.
  private func laidOut(
    _ tensors: [ModelWriter.ExternalTensor], _ path: ByteString
  ) throws -> FileLayout {
    var layout = FileLayout()
    var end = 0
    for external in tensors {
      let size = writer.model[external.tensor].contents.byteCount
      let unit = size >= Self.pagedSize ? Self.pageSize : Self.alignment
      let (padded, overflow) = end.addingReportingOverflow(unit - 1)
      let start = padded / unit * unit
      guard !overflow, !start.addingReportingOverflow(size).overflow else {
        throw ONNXError(.contents, "the data file \"\(path)\" would exceed 64 bits")
      }
      if size > 0 { _ = layout.add(start..<start + size, external.tensor) }
      try setPlace(external.proto, path, start..<start + size)
      end = start + size
    }
    return layout
  }

  private func setPlace(
    _ proto: Proto<TensorProto>, _ path: ByteString, _ range: Range<Int>
  ) throws {
    let entries: [(ByteString, ByteString)] = [
      ("location", path), ("offset", ByteString(String(range.lowerBound))),
      ("length", ByteString(String(range.count))),
    ]
    let protos = try entries.map { key, value in
      let entry = try writer.message([], onnx__string_string_entry_proto__init)
      try writer.put(key, &entry.pointee.has_key, &entry.pointee.key)
      try writer.put(value, &entry.pointee.has_value, &entry.pointee.value)
      return entry
    }
    proto.pointee.n_external_data = protos.count
    proto.pointee.external_data = try writer.list(protos)
  }
}

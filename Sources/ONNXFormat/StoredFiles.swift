internal import ByteStorage
internal import ModelGraph

/// The data files of a model as templates, their tensors given by the caller.
struct StoredFiles {
  private struct Place: Hashable {
    let path: ByteString
    let range: Range<Int>
  }

  private var tensors: [Place: TensorID] = [:]
  /// The first tensor of the model that stands at a place.
  private var owners: [Place: TensorID] = [:]
  private let contents: (TensorID) throws -> any ByteSource

  init(
    _ files: ArraySlice<FileTemplate>, contents: @escaping (TensorID) throws -> any ByteSource
  ) throws {
    self.contents = contents
    for file in files {
      for (hole, range) in zip(file.holes, try file.holeRanges()) {
        tensors[Place(path: file.path, range: range)] = hole.tensor
      }
    }
  }

  /// The tensor that fills a place of a data file.
  func tensor(at path: ByteString, _ range: Range<Int>) -> TensorID? {
    tensors[Place(path: path, range: range)]
  }

  /// Finds the elements of all tensors that stand in other files.
  ///
  /// - Throws: `ONNXError` when the files lack a tensor's place.
  mutating func resolve(_ drafts: inout [ModelReader.DraftTensor]) throws {
    for index in drafts.indices {
      guard let reference = drafts[index].external, !reference.range.isEmpty else { continue }
      let path = try ExternalFiles.path(of: reference.location, drafts[index].place)
      guard let tensor = tensor(at: path, reference.range) else {
        throw ONNXError(.template, "\(drafts[index].place): its data file is not stored")
      }
      let source = try contents(tensor)
      guard source.byteCount == reference.byteCount else {
        throw ONNXError(.template, "\(drafts[index].place): its stored data have another size")
      }
      drafts[index].source = source
      let place = Place(path: path, range: reference.range)
      if owners[place] == nil { owners[place] = TensorID(index) }
    }
  }

  /// The holes of a stored data file, each with the tensor that fills it here.
  ///
  /// - Throws: `ONNXError` when a hole is no tensor's.
  func owned(_ file: FileTemplate) throws -> [FileTemplate.Hole] {
    try zip(file.holes, file.holeRanges()).map { hole, range in
      guard let owner = owners[Place(path: file.path, range: range)] else {
        throw ONNXError(.template, "a hole of the stored data file \"\(file.path)\" is no tensor's")
      }
      return FileTemplate.Hole(position: hole.position, tensor: owner, byteCount: hole.byteCount)
    }
  }
}

extension FileTemplate {
  /// Where the holes are in the file, in order.
  ///
  /// - Throws: `ONNXError` when they are out of order, beyond the end or too large.
  func holeRanges() throws -> [Range<Int>] {
    guard holes.allSatisfy({ $0.byteCount >= 0 }), byteCount != nil else {
      throw ONNXError(.template, "a stored file exceeds 64 bits")
    }
    var filled = 0
    var last = 0
    return try holes.map { hole in
      guard (last...max(last, literal.byteCount)).contains(hole.position) else {
        throw ONNXError(.template, "a stored file has its holes out of order")
      }
      last = hole.position
      let start = hole.position + filled
      filled += hole.byteCount
      return start..<start + hole.byteCount
    }
  }

  /// The whole file, of which only the literal bytes can be read.
  func outline() throws -> ConcatenatedSource {
    var parts: [any ByteSource] = []
    var done = 0
    _ = try holeRanges()
    for hole in holes {
      if let piece = literal.slice(done..<hole.position) { parts.append(piece) }
      parts.append(ZeroSource(byteCount: hole.byteCount))
      done = hole.position
    }
    if let rest = literal.slice(done..<literal.byteCount) { parts.append(rest) }
    return ConcatenatedSource(parts)
  }
}

internal import ByteStorage
internal import ModelGraph

/// The data files of a model, opened inside of its folder.
struct ExternalFiles {
  private static let mostListed = 10

  let folder: ModelFolder
  /// The model file, which cannot be its own data file.
  let model: FileIdentity
  let verifiesChecksums: Bool
  /// Whether contents in files that are not there are left absent.
  let allowsMissing: Bool
  private(set) var warnings: [Warning] = []

  /// A data file and the tensors that stand in it.
  private struct DataFile {
    let path: ByteString
    /// Nil when it is missing.
    let file: FolderFile?
    let tensors: [Int]
  }

  init(
    folder: ModelFolder, model: FileIdentity, verifiesChecksums: Bool, allowsMissing: Bool = false
  ) {
    self.folder = folder
    self.model = model
    self.verifiesChecksums = verifiesChecksums
    self.allowsMissing = allowsMissing
  }

  /// Finds the elements of all tensors that stand in other files.
  ///
  /// - Returns: the data files as templates, in the order they are first named.
  mutating func resolve(_ tensors: inout [ModelReader.DraftTensor]) throws -> [FileTemplate] {
    var templates: [FileTemplate] = []
    for file in try open(tensors) {
      guard let source = file.file else {
        templates.append(leaveOut(file, &tensors))
        continue
      }
      try check(file, source, tensors)
      for index in file.tensors {
        guard let reference = tensors[index].external else { continue }
        warnings += reference.unknownKeys.map {
          Warning(.externalKey, "\(tensors[index].place): unknown external data key \"\($0)\"")
        }
        if reference.hasOddChecksum {
          warnings.append(
            Warning(.externalKey, "\(tensors[index].place): its checksum is no SHA-1: not compared")
          )
        }
        guard let part = source.slice(reference.range) else { continue }
        tensors[index].source = part
      }
      templates.append(try template(file, source, tensors))
    }
    return templates
  }

  /// Opens each file once, and says at once which ones are missing.
  private func open(_ tensors: [ModelReader.DraftTensor]) throws -> [DataFile] {
    var order: [ByteString] = []
    var users: [ByteString: [Int]] = [:]
    for (index, tensor) in tensors.enumerated() {
      guard let reference = tensor.external else { continue }
      let path = try Self.path(of: reference.location, tensor.place)
      if users[path] == nil { order.append(path) }
      users[path, default: []].append(index)
    }
    var missing: [ByteString] = []
    var files: [DataFile] = []
    for path in order {
      let file = try existingFile(at: path)
      if file == nil { missing.append(path) }
      files.append(DataFile(path: path, file: file, tensors: users[path] ?? []))
    }
    guard missing.isEmpty || allowsMissing else { throw Self.missingFiles(missing) }
    return files
  }

  /// A template of a missing file: its holes, whose contents cannot be read.
  private func leaveOut(
    _ file: DataFile, _ tensors: inout [ModelReader.DraftTensor]
  ) -> FileTemplate {
    var holes: [FileTemplate.Hole] = []
    for index in file.tensors {
      let size = tensors[index].external?.byteCount ?? 0
      tensors[index].source = AbsentContents(byteCount: size, file: file.path)
      holes.append(FileTemplate.Hole(position: 0, tensor: TensorID(index), byteCount: size))
    }
    return FileTemplate(path: file.path, literal: MemorySource([]), holes: holes)
  }

  /// The file of that path; nil when there is none.
  private func existingFile(at path: ByteString) throws -> FolderFile? {
    do {
      return try folder.file(at: path)
    } catch {
      if case .missing = error { return nil }
      guard case .notAFile = error else { throw error }
      throw ONNXError(.externalPath, "data file \"\(path)\" is not a regular file")
    }
  }

  /// The path of a data file without idle parts.
  static func path(of location: ByteString, _ place: String) throws -> ByteString {
    do {
      return try RelativePath(location).bytes
    } catch {
      throw ONNXError(.externalPath, "\(place): \(error)")
    }
  }

  private static func missingFiles(_ paths: [ByteString]) -> ONNXError {
    let listed = paths.prefix(mostListed).map { "\"\($0)\"" }.joined(separator: ", ")
    let more = paths.count > mostListed ? " and \(paths.count - mostListed) more" : ""
    return ONNXError(.externalMissing, "missing data files: \(listed)\(more)")
  }

  private func check(
    _ file: DataFile, _ source: FolderFile, _ tensors: [ModelReader.DraftTensor]
  ) throws {
    guard !source.identity.isSameFile(as: model) else {
      throw ONNXError(.externalPath, "data file \"\(file.path)\" is the model file itself")
    }
    var digest: [UInt8]?
    for index in file.tensors {
      guard let reference = tensors[index].external else { continue }
      let size = source.byteCount
      let end = reference.range.upperBound
      guard reference.length == nil ? end == size : end <= size else {
        throw ONNXError(
          .externalRange,
          "\(tensors[index].place): bytes \(reference.offset) to \(end) of \"\(file.path)\", which has \(size)"
        )
      }
      guard verifiesChecksums, let wanted = reference.checksum else { continue }
      let found = try digest ?? SHA1.digest(of: source)
      digest = found
      guard found.hexadecimal == wanted.text.lowercased() else {
        throw ONNXError(.externalChecksum, "data file \"\(file.path)\" has another SHA-1 checksum")
      }
    }
  }

  /// The file as gaps and holes; tensors of the very same bytes share a hole.
  private func template(
    _ file: DataFile, _ source: FolderFile, _ tensors: [ModelReader.DraftTensor]
  ) throws -> FileTemplate {
    let placed = file.tensors.compactMap { index in
      tensors[index].external.map { (range: $0.range, tensor: TensorID(index)) }
    }.filter { !$0.range.isEmpty }.sorted {
      ($0.range.lowerBound, $0.tensor) < ($1.range.lowerBound, $1.tensor)
    }
    var layout = FileLayout()
    for entry in placed where layout.add(entry.range, entry.tensor) == .overlapping {
      throw ONNXError(
        .externalOverlap,
        "\(tensors[entry.tensor.index].place): its range of \"\(file.path)\" overlaps another tensor's"
      )
    }
    return layout.template(path: file.path, of: source)
  }
}

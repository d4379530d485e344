internal import ByteStorage
internal import ModelGraph
internal import SparseCoding

extension ContainerIndex {
  /// Checks every rule of schemas/spm.md that concerns the index, before anything is allocated by it.
  func validate(dataBytes: Int) throws(SparseContainerError) {
    try checkSections(dataBytes: dataBytes)
    for tensor in tensors { try check(tensor) }
    try checkShards()
    guard let document else { return }
    let files = document.files
    guard !files.isEmpty, files[0].path.isEmpty else { throw .broken("no model file") }
    for file in files { try check(file) }
    try checkPaths(of: files)
    try checkSizes(of: files)
  }

  /// A shard has no shards of its own, so that one file more is all a name may lead to.
  private func checkShards() throws(SparseContainerError) {
    guard shards.isEmpty || document != nil, shards.count <= Limits.shards else {
      throw .broken("\(shards.count) shards of a \(document == nil ? "shard" : "container")")
    }
    guard Set(shards.map(\.name)).count == shards.count else {
      throw .broken("two shards of one name")
    }
    for shard in shards {
      guard let path = try? RelativePath(shard.name), path.parts == [shard.name] else {
        throw .broken("the shard \"\(shard.name)\" leaves the container's folder")
      }
    }
  }

  /// Checks what is held in memory at once, and what the files come to with their holes filled: one
  /// small chunk may stand for many bytes, and many holes for one tensor.
  private func checkSizes(of files: [FileRecord]) throws(SparseContainerError) {
    let structure = sections[files[0].literalSection]
    guard structure.elementCount <= structure.largestStructure else {
      throw .tooLarge("the structure")
    }
    var rest = Limits.decodedBytes
    for file in files {
      rest -= sections[file.literalSection].elementCount
      for tensor in file.holeTensors where rest >= 0 { rest -= tensors[tensor].byteCount ?? 0 }
      guard rest >= 0 else { throw .tooLarge("the size of the files") }
    }
  }

  private func checkSections(dataBytes: Int) throws(SparseContainerError) {
    var stored = 0
    var decoded = 0
    for section in sections {
      let width = section.layout.width
      guard section.elementCount <= (Limits.decodedBytes - decoded) / width else {
        throw .tooLarge("the decoded size")
      }
      decoded += section.elementCount * width
      guard (1...Limits.chunkElements).contains(section.chunkElements) else {
        throw .broken("chunks of \(section.chunkElements) elements")
      }
      if section.shard > 0 {
        try checkElsewhere(section)
        continue
      }
      guard section.chunkLengths.count == (section.isPlain ? 0 : section.chunkCount),
        section.chunkChecksums.count == section.chunkCount
      else { throw .broken("a section with a chunk table of another length") }
      guard section.gap <= SectionRecord.largestGap, section.gap <= dataBytes - stored else {
        throw .broken("a gap of \(section.gap) bytes")
      }
      stored += section.gap
      for chunk in 0..<section.chunkCount {
        let length = section.storedLength(ofChunk: chunk)
        guard length > 0, length <= dataBytes - stored else {
          throw .broken("a chunk outside of the file")
        }
        stored += length
      }
    }
    guard stored == dataBytes else { throw .broken("bytes between the chunks and the index") }
  }

  /// A section whose chunks stand in a shard: what is known of them stands there, too.
  private func checkElsewhere(_ section: SectionRecord) throws(SparseContainerError) {
    guard section.shard <= shards.count else { throw .broken("shard \(section.shard) of too few") }
    guard section.chunkLengths.isEmpty, section.chunkChecksums.isEmpty, section.gap == 0,
      !section.isPlain
    else { throw .broken("chunks of a section that stands in a shard") }
  }

  private func check(_ tensor: TensorRecord) throws(SparseContainerError) {
    guard tensor.section < sections.count, let byteCount = tensor.byteCount else {
      throw .broken("tensor \"\(tensor.name)\" has no contents")
    }
    let section = sections[tensor.section]
    guard section.layout == ElementLayout(of: tensor.elementType) else {
      throw .broken("tensor \"\(tensor.name)\" lies in a section of another layout")
    }
    guard tensor.firstElement <= section.elementCount,
      byteCount <= (section.elementCount - tensor.firstElement) * section.layout.width
    else { throw .broken("tensor \"\(tensor.name)\" leaves its section") }
    guard !tensor.isTransposed || Matrix(tensor, byteCount: byteCount) != nil else {
      throw .broken("tensor \"\(tensor.name)\" is transposed, but no matrix that may be")
    }
  }

  private func check(_ file: FileRecord) throws(SparseContainerError) {
    guard file.literalSection < sections.count, sections[file.literalSection].layout == .bytes,
      sections[file.literalSection].shard == 0
    else { throw .broken("a file without literal bytes") }
    guard file.literalRuns.count == file.holeTensors.count else {
      throw .broken("a file with holes of no place")
    }
    var rest = sections[file.literalSection].elementCount
    for run in file.literalRuns {
      guard run <= rest else { throw .broken("a hole behind the end of a file") }
      rest -= run
    }
    guard file.holeTensors.allSatisfy({ $0 < tensors.count }) else {
      throw .broken("a hole that no tensor fills")
    }
    guard file.digest == nil || file.digest?.count == SHA256.digestSize else {
      throw .broken("a digest of another length")
    }
  }

  /// No two files may ask for one place, nor one for a folder where another asks for a file.
  private func checkPaths(of files: [FileRecord]) throws(SparseContainerError) {
    var taken: Set<[ByteString]> = []
    var folders: Set<[ByteString]> = []
    for file in files.dropFirst() {
      guard let path = try? RelativePath(file.path), path.bytes == file.path else {
        throw .broken("the path \"\(file.path)\" leaves the model's folder")
      }
      guard taken.insert(path.parts).inserted else { throw .broken("two files of one path") }
      for depth in 1..<path.parts.count { folders.insert(Array(path.parts.prefix(depth))) }
    }
    guard taken.isDisjoint(with: folders) else { throw .broken("a path that is file and folder") }
  }
}

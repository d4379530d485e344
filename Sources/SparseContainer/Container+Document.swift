internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
internal import SparseCoding

extension Container {
  /// The files that are stored, their holes numbered by the index's tensors.
  func document() throws -> SourceDocument? {
    try index.document.map { document in
      SourceDocument(
        formatName: document.format, files: try document.files.map { try template(of: $0) })
    }
  }

  /// The contents of a tensor, decoded when they are read.
  func contents(ofTensor record: Int) -> any StoredContents {
    let tensor = index.tensors[record]
    let width = index.sections[tensor.section].layout.width
    let start = tensor.firstElement * width
    let home = home(ofSection: tensor.section)
    let stored = ChunkedSource(
      container: home.container, section: home.section,
      range: start..<start + (tensor.byteCount ?? 0), name: tensor.name)
    guard tensor.isTransposed, tensor.shape.rank == 2 else { return stored }
    return TransposedSource(
      base: stored, rows: tensor.shape.dimensions[0], columns: tensor.shape.dimensions[1],
      width: width, cache: slabs, name: record)
  }

  private func template(of file: FileRecord) throws -> FileTemplate {
    let section = index.sections[file.literalSection]
    let literal = ChunkedSource(
      container: self, section: file.literalSection, range: 0..<section.byteCount,
      name: file.path)
    var position = 0
    let holes = zip(file.literalRuns, file.holeTensors).map { run, tensor in
      position += run
      return FileTemplate.Hole(
        position: position, tensor: TensorID(tensor),
        byteCount: index.tensors[tensor].byteCount ?? 0)
    }
    return FileTemplate(path: file.path, literal: literal, holes: holes, digest: file.digest)
  }
}

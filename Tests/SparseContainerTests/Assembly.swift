import ByteStorage
import ModelGraph
import SparseCoding

@testable import SparseContainer

/// A container put together by hand, so that every part of it can lie.
struct Assembly {
  var index: ContainerIndex
  /// The coded chunks, in the order of the sections.
  var chunks: [[UInt8]]
  /// What stands behind the fields of the index message.
  var moreFields: [UInt8] = []
  var version: [UInt8] = [Header.version.major, Header.version.minor, 0, 0]
  var reserved = [UInt8](repeating: 0, count: 8)

  /// The parts of a container.
  init(of container: [UInt8]) throws {
    let opened = try Container(MemorySource(container))
    index = opened.index
    chunks = opened.index.sections.indices.flatMap { section in
      opened.index.sections[section].chunkLengths.indices.map { chunk in
        Array(container[opened.stored(chunk: chunk, of: section)])
      }
    }
  }

  /// A document of one file whose literal bytes are section 0.
  init(
    sections: [SectionRecord], chunks: [[UInt8]], tensors: [TensorRecord] = [],
    runs: [Int] = [], holes: [Int] = []
  ) {
    index = ContainerIndex(
      format: "onnx",
      files: [
        FileRecord(path: "", literalSection: 0, literalRuns: runs, holeTensors: holes, digest: nil)
      ],
      sections: sections, tensors: tensors, history: History())
    self.chunks = chunks
  }

  /// The file.
  func bytes() throws -> [UInt8] {
    let message = try index.message() + moreFields
    return try bytes(storedIndex: CodedIndex.encode(message), length: message.count)
  }

  /// The file with an index that is coded already.
  func bytes(storedIndex: [UInt8], length: Int) -> [UInt8] {
    let head = Array(Header.magic) + version
    var file = head + number(head.withUnsafeBytes { crc32(of: $0) }) + chunks.joined()
    let checksum = storedIndex.withUnsafeBytes { crc32(of: $0) }
    var footer =
      number(UInt64(file.count)) + number(UInt64(storedIndex.count))
      + number(UInt64(truncatingIfNeeded: length))
      + number(checksum) + reserved
    footer += number(footer.withUnsafeBytes { crc32(of: $0) }) + Footer.magic
    file += storedIndex
    return file + footer
  }
}

/// A section and its chunks, all of them raw.
func rawSection(
  _ contents: [UInt8], layout: ElementLayout, chunkElements: Int
) -> (record: SectionRecord, chunks: [[UInt8]]) {
  codedSection(contents, layout: layout, chunkElements: chunkElements) { [0] + $0 }
}

/// A section and its chunks as `code` codes them.
func codedSection(
  _ contents: [UInt8], layout: ElementLayout, chunkElements: Int,
  code: ([UInt8]) throws -> [UInt8]
) rethrows -> (record: SectionRecord, chunks: [[UInt8]]) {
  var record = SectionRecord(
    layout: layout, elementCount: contents.count / layout.width, chunkElements: chunkElements)
  let size = chunkElements * layout.width
  let chunks = try stride(from: 0, to: contents.count, by: size).map {
    try code(Array(contents[$0..<min($0 + size, contents.count)]))
  }
  record.chunkLengths = chunks.map { UInt32($0.count) }
  record.chunkChecksums = chunks.map { $0.withUnsafeBytes { crc32(of: $0) } }
  return (record, chunks)
}

/// The bytes of a number, the lowest first.
func number(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

// Shorter names for what most tests are about.
extension ContainerIndex {
  init(
    format: String, files: [FileRecord], sections: [SectionRecord], tensors: [TensorRecord],
    history: History
  ) {
    self.init(
      document: DocumentRecord(format: format, files: files), sections: sections, tensors: tensors,
      history: history)
  }

  var format: String {
    get { document?.format ?? "" }
    set { document?.format = newValue }
  }

  var files: [FileRecord] {
    get { document?.files ?? [] }
    set { document?.files = newValue }
  }
}

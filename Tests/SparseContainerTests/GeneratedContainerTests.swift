import ByteStorage
import ModelGraph
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

/// Containers that are valid and that the writer would never make.
@Suite struct GeneratedContainerTests {
  @Test("Every valid container is read, however odd", arguments: UInt64(0)..<60)
  func oddContainers(seed: UInt64) throws {
    var maker = ContainerMaker(seed: seed)
    let (container, file) = try maker.make()
    let restored = try read(container)
    #expect(try restored.files()[""] == file)
    // Reading in small pieces crosses the borders of odd chunks.
    for tensor in restored.tensors {
      let whole = try tensor.contents.bytes()
      let middle = whole.count / 2
      let parts =
        try tensor.contents.bytes(in: 0..<middle)
        + tensor.contents.bytes(in: middle..<whole.count)
      #expect(parts == whole)
    }
    // What was read can be written, and is then like any other.
    #expect(try read(restored.container()).files()[""] == file)
  }
}

/// Makes random valid containers: odd chunk sizes, several sections of a kind, tensors that start in
/// the middle of another, sections and tensors that nobody uses, encodings the writer would not choose,
/// gaps of any size and plain sections anywhere.
private struct ContainerMaker {
  private var generator: SeededGenerator
  private var sections: [(record: SectionRecord, chunks: [[UInt8]])] = []
  private var contents: [[UInt8]] = []

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// A container and the model file in it.
  mutating func make() throws -> (container: [UInt8], file: [UInt8]) {
    for _ in 0..<Int.random(in: 1...6, using: &generator) { try addSection() }
    let records = try (0..<Int.random(in: 0...8, using: &generator)).map { try tensor(number: $0) }
    let used = records.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }
    let (file, places) = modelFile(used)
    // Some tensors stay among the literal bytes.
    let holes = places.indices.filter { index in
      !places[index].isEmpty && Int.random(in: 0..<5, using: &generator) > 0
    }
    var literal: [UInt8] = []
    var runs: [Int] = []
    var done = 0
    for hole in holes {
      runs.append(places[hole].lowerBound - done)
      literal += file[done..<places[hole].lowerBound]
      done = places[hole].upperBound
    }
    literal += file[done...]
    try add(literal, layout: .bytes)
    var assembly = Assembly(
      sections: sections.map(\.record), chunks: sections.flatMap(\.chunks), tensors: records,
      runs: runs, holes: try holes.map { hole in try #require(number(of: used[hole], in: records)) }
    )
    assembly.index.files[0].literalSection = sections.count - 1
    if Bool.random(using: &generator) {
      assembly.index.files[0].digest = try SHA256.digest(of: MemorySource(file))
    }
    return (try assembly.bytes(), file)
  }

  private func number(of tensor: TensorRecord, in records: [TensorRecord]) -> Int? {
    records.firstIndex { $0.name == tensor.name }
  }

  /// The model file with these tensors, and where their contents stand in it.
  private func modelFile(_ tensors: [TensorRecord]) -> ([UInt8], [Range<Int>]) {
    let messages = tensors.map { tensor in
      ONNXBytes.tensor(
        tensor.name.text, type: Int(tensor.elementType.rawValue), dims: tensor.shape.dimensions,
        raw: bytes(of: tensor))
    }
    let file = ONNXBytes.model(messages, names: tensors.map(\.name.text))
    var start = 0
    let places = zip(tensors, messages).map { tensor, message in
      let place = file[start...].firstRange(of: message) ?? 0..<0
      start = place.upperBound
      return place.upperBound - (tensor.byteCount ?? 0)..<place.upperBound
    }
    return (file, places)
  }

  private func bytes(of tensor: TensorRecord) -> [UInt8] {
    let start = tensor.firstElement * sections[tensor.section].record.layout.width
    return Array(contents[tensor.section][start..<start + (tensor.byteCount ?? 0)])
  }

  /// A tensor somewhere in a section, sharing it or overlapping with others.
  private mutating func tensor(number: Int) throws -> TensorRecord {
    let section = Int.random(in: sections.indices, using: &generator)
    let record = sections[section].record
    let types = ElementType.allCases.filter { type in
      // Bools must be 0 or 1, and sub-byte types need counts of their own.
      type != .string && type != .bool && (type.bitWidth ?? 0) >= 8
        && ElementLayout(of: type) == record.layout
    }
    let type = try #require(types.randomElement(using: &generator))
    let width = max(1, (type.bitWidth ?? 8) / 8)
    let first = Int.random(in: 0...record.elementCount, using: &generator)
    let most = (record.elementCount - first) * record.layout.width / width
    let count = Int.random(in: 0...most, using: &generator)
    let dims = count % 2 == 0 ? [2, count / 2] : [count]
    return TensorRecord(
      name: ByteString("tensor \(number)"), elementType: type, shape: try #require(Shape(dims)),
      section: section, firstElement: first)
  }

  private mutating func addSection() throws {
    let layouts: [ElementLayout] = [
      .bytes, .float16, .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16,
      .uint32, .uint64,
    ]
    let layout = try #require(layouts.randomElement(using: &generator))
    let count = Int.random(in: 0...300, using: &generator)
    let isSparse = Bool.random(using: &generator)
    var bytes: [UInt8] = []
    for _ in 0..<count {
      let isZero = isSparse && Int.random(in: 0..<4, using: &generator) > 0
      for _ in 0..<layout.width {
        bytes.append(isZero ? 0 : UInt8.random(in: 0...255, using: &generator))
      }
    }
    try add(bytes, layout: layout)
  }

  private mutating func add(_ bytes: [UInt8], layout: ElementLayout) throws {
    let chunkElements = Int.random(
      in: 1...Int.random(in: 1...400, using: &generator), using: &generator)
    contents.append(bytes)
    let isPlain = Int.random(in: 0..<4, using: &generator) == 0
    var section = try codedSection(bytes, layout: layout, chunkElements: chunkElements) { chunk in
      if isPlain { return chunk }
      return switch Int.random(in: 0..<4, using: &generator) {
      case 0: [0] + chunk
      case 1: bitmask(chunk, width: layout.width)
      case 2: bytePlanes(chunk, width: layout.width)
      default:
        try chunk.withUnsafeBytes {
          try ChunkCoder(level: .small).encode(
            $0, layout: layout, hints: [.rows(length: 5, kernel: 5, first: 3)])
        }
      }
    }
    if isPlain { (section.record.isPlain, section.record.chunkLengths) = (true, []) }
    if !section.chunks.isEmpty, Bool.random(using: &generator) {
      section.record.gap = Int.random(in: 0...SectionRecord.largestGap, using: &generator)
      section.chunks[0] = [UInt8](repeating: 0, count: section.record.gap) + section.chunks[0]
    }
    sections.append(section)
  }
}

/// Encoding 5 with stored streams, as schemas/encodings/5-bitmask.md says.
private func bitmask(_ chunk: [UInt8], width: Int) -> [UInt8] {
  let count = chunk.count / width
  var mask = [UInt8](repeating: 0, count: (count + 7) / 8)
  var values: [UInt8] = []
  for element in 0..<count {
    let bytes = chunk[element * width..<(element + 1) * width]
    guard bytes.contains(where: { $0 != 0 }) else { continue }
    mask[element / 8] |= 1 << (element % 8)
    values += bytes
  }
  return [5, 0] + mask + [0] + values
}

/// Encoding 3 with stored streams, as schemas/encodings/3-byte-planes.md says.
private func bytePlanes(_ chunk: [UInt8], width: Int) -> [UInt8] {
  [3]
    + (0..<width).reversed().flatMap { plane in
      [0] + stride(from: plane, to: chunk.count, by: width).map { chunk[$0] }
    }
}

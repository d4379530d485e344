import ByteStorage
import ModelGraph
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

@Suite struct SectionPlanTests {
  private func index(_ model: Model) throws -> ContainerIndex {
    try Container(MemorySource(model.container())).index
  }

  @Test("Equal tensors are stored once, unequal ones of equal beginning are not")
  func equalTensors() throws {
    let large = NamedTensor("a", dims: [5000], seed: 1)
    var other = large.contents
    other[other.count - 1] ^= 1
    let file = onnx([
      large, NamedTensor("b", dims: [50, 100], large.contents),
      NamedTensor("c", dims: [5000], other),
      // Equal bytes of another layout are coded otherwise.
      NamedTensor("d", type: 6, dims: [5000], large.contents),
      NamedTensor("e", dims: [16], Array(large.contents.prefix(64))),
      NamedTensor("f", dims: [16], Array(large.contents.prefix(64))),
    ])
    let index = try index(model(of: file))
    let places = index.tensors.map { [$0.section, $0.firstElement] }
    #expect(places[0] == places[1])
    #expect(Set(places).count == 4)
    #expect(places[4] == places[5])
    #expect(try read(model(of: file).container()).files()[""] == file)
  }

  @Test("Small tensors of a kind share a section, large ones stand alone")
  func pools() throws {
    let size = SectionPlanner.pooledElements
    let file = onnx([
      NamedTensor("a", dims: [20, 2], seed: 1), NamedTensor("b", dims: [2, 30], seed: 2),
      NamedTensor("vector", dims: [50], seed: 3),
      NamedTensor("integers", type: 7, dims: [2, 20], littleEndian((0..<80).map(Float.init))),
      NamedTensor("just small", dims: [1, size - 1], seed: 4),
      NamedTensor("large", dims: [1, size], seed: 5),
    ])
    let index = try index(model(of: file))
    let sections = index.tensors.map(\.section)
    #expect(sections[0] == sections[1] && sections[0] == sections[4])
    #expect(Set(sections).count == 4)
    #expect(index.tensors.map(\.firstElement) == [0, 40, 0, 0, 100, 0])
    #expect(index.sections[sections[5]].elementCount == size)
  }

  @Test("A shared section never has more than a chunk")
  func fullPool() throws {
    let count = Limits.chunkElements / 2000 + 2
    let tensors = (0..<count).map { NamedTensor("t\($0)", dims: [1, 2000], seed: UInt64($0)) }
    let index = try index(model(of: onnx(tensors)))
    #expect(Set(index.tensors.map(\.section)).count == 2)
    #expect(index.sections.allSatisfy { $0.elementCount <= Limits.chunkElements })
  }

  @Test(
    "A tensor with a pattern is cut where the pattern is",
    arguments: [
      (SparsityPattern.groups(kept: 2, group: 4, stride: 750), 3000),
      (.groups(kept: 2, group: 4, stride: 1), 4),
      (.blocks(rows: 4, columns: 4, rowLength: 1000), 4000),
    ])
  func patterns(pattern: SparsityPattern, period: Int) throws {
    let rows = 300
    var changed = try model(of: onnx([NamedTensor("w", dims: [rows, 1000], seed: 1)]))
    var contents = try #require(changed.tensors.first).contents.bytes()
    for element in 0..<rows * 1000 where isZero(element, pattern) {
      for byte in 0..<4 { contents[element * 4 + byte] = 0 }
    }
    changed.replaceContents(of: TensorID(0), with: MemorySource(contents), pattern: pattern)
    let container = try Container(MemorySource(changed.container()))
    let section = try #require(container.index.tensors.first).section
    #expect(container.index.sections[section].chunkElements % period == 0)
    #expect(container.index.sections[section].chunkCount == 2)
    let tensor = container.contents(ofTensor: 0)
    #expect(try tensor.bytes() == contents)
    // The hint reaches the encodings: both chunks are written as what they are.
    let name = if case .groups = pattern { "n:m" } else { "blocks" }
    let form = try tensor.storedForm()
    #expect(form.encodings == [name], "\(form)")
  }

  private func isZero(_ element: Int, _ pattern: SparsityPattern) -> Bool {
    switch pattern {
    case .groups(_, let group, let stride):
      losses(inGroup: element / (group * stride) * stride + element % stride)
        & 1 << (element / stride % group) != 0
    case .blocks(let rows, let columns, let rowLength):
      (element / rowLength / rows + element % rowLength / columns) % 2 == 0
    }
  }

  /// Which two of four a group loses: all six ways equally often.
  private func losses(inGroup group: Int) -> Int {
    var generator = SeededGenerator(seed: UInt64(group))
    return [0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100][Int(generator.next() % 6)]
  }

  @Test("A pattern longer than a chunk is no reason to cut")
  func longPattern() throws {
    var changed = try model(of: onnx([NamedTensor("w", dims: [4096], seed: 1)]))
    let contents = try #require(changed.tensors.first).contents
    changed.replaceContents(
      of: TensorID(0), with: contents,
      pattern: .groups(kept: 2, group: 4, stride: Limits.chunkElements))
    #expect(try read(changed.container()).files() == changed.files())
  }
}

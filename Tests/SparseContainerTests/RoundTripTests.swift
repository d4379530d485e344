import ByteStorage
import ModelGraph
import ONNXFormat
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

@Suite struct RoundTripTests {
  /// Every way a fixture holds its weights.
  static let models = [
    "cnn.onnx", "cnn_constants.onnx", "cnn_external.onnx", "cnn_external_each/model.onnx",
    "cnn_fp16.onnx", "cnn_int8_qdq.onnx", "lstm.onnx", "mlp.onnx", "mlp_bf16.onnx",
    "mlp_function.onnx", "mlp_if.onnx", "mlp_sparse_initializer.onnx", "mlp_tied.onnx",
    "mlp_typed_fields.onnx",
  ]

  @Test("A model comes back with the same files and tensors", arguments: models)
  func fixtures(name: String) throws {
    let original = try fixture(name)
    let restored = try read(original.container())
    #expect(try restored.tensorContents() == original.tensorContents())
    let files = try restored.files()
    #expect(try files == original.files())
    #expect(try files[""] == OpenFile(path: SharedFiles.fixture("models/\(name)")).bytes())
  }

  @Test("The bytes do not depend on the number of threads", arguments: CompressionLevel.allCases)
  func threads(level: CompressionLevel) throws {
    let original = try fixture("mlp_tied.onnx")
    let one = try original.container(level: level)
    for threads in [2, 5] {
      #expect(try original.container(level: level, threads: threads) == one)
    }
  }

  @Test("Mapped tensors stand on pages of their own, as they are", arguments: [1, 3])
  func mapped(threads: Int) throws {
    let original = try fixture("mlp_tied.onnx")
    let bytes = try original.container(layout: .mapped, threads: threads)
    let restored = try read(bytes)
    #expect(try restored.files() == original.files())
    for tensor in restored.tensors {
      guard let source = tensor.contents as? ChunkedSource else { continue }
      let contents = try source.bytes(in: 0..<source.byteCount)
      let offset = try #require(try source.storedForm().offset)
      #expect(Array(bytes[offset..<offset + contents.count]) == contents)
      #expect(source.range.lowerBound > 0 || offset % 4096 == 0)
    }
    #expect(try restored.container(layout: .mapped) == bytes)
    #expect(try restored.container() == original.container())
  }

  @Test("A gap must be filled with zeros, and plain chunks are checked")
  func damagedMapped() throws {
    let bytes = try fixture("mlp.onnx").container(layout: .mapped)
    let model = try read(bytes)
    let first = try #require(
      try model.tensors.compactMap { try ($0.contents as? ChunkedSource)?.storedForm().offset }
        .min())
    var inGap = bytes
    inGap[first - 1] = 1
    #expect(throws: SparseContainerError.broken("a gap that is not filled with zeros")) {
      try read(inGap)
    }
    var inWeights = bytes
    inWeights[first] ^= 1
    #expect(throws: SparseContainerError.self) { try read(inWeights).tensorContents() }
  }

  @Test("A container made of a container is the same container")
  func again() throws {
    let once = try fixture("mlp.onnx").container()
    #expect(try read(once).container() == once)
  }

  @Test("Every element type comes back", arguments: ElementType.allCases)
  func elementTypes(type: ElementType) throws {
    guard let bits = type.bitWidth else { return }
    let count = 2048
    var generator = SeededGenerator(seed: UInt64(type.rawValue))
    // Two-byte and larger fields of small numbers are valid in all types, bools among them.
    let contents = (0..<count * bits / 8).map { _ in UInt8.random(in: 0...1, using: &generator) }
    let file = onnx([NamedTensor("w", type: Int(type.rawValue), dims: [count], contents)])
    let restored = try read(model(of: file).container())
    #expect(try restored.files()[""] == file)
    #expect(restored.tensors.first?.elementType == type)
  }

  @Test("Empty tensors and scalars come back")
  func smallShapes() throws {
    let file = onnx([
      NamedTensor("none", dims: [0, 7], []), NamedTensor("one", dims: [], littleEndian([1.5])),
      NamedTensor("line", dims: [16], seed: 1), NamedTensor("large", dims: [1, 5000, 1], seed: 2),
    ])
    let original = try model(of: file)
    let restored = try read(original.container())
    #expect(try restored.files()[""] == file)
    #expect(try restored.tensorContents() == original.tensorContents())
  }

  @Test("A tensor can be read in any pieces")
  func pieces() throws {
    let original = NamedTensor("w", dims: [70_000], seed: 3)
    let tensor = try #require(read(model(of: onnx([original])).container()).tensors.first)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<50 {
      let start = Int.random(in: 0...original.contents.count, using: &generator)
      let end = Int.random(in: start...original.contents.count, using: &generator)
      #expect(try tensor.contents.bytes(in: start..<end) == Array(original.contents[start..<end]))
    }
  }

  @Test("Progress rises to the total")
  func progress() throws {
    let original = try fixture("mlp.onnx")
    var steps: [Int] = []
    var totals: Set<Int> = []
    try SparseContainerFormat().write(
      original, to: MemorySink(), options: ContainerOptions(level: .fast), threads: 2,
      progress: { done, total in
        steps.append(done)
        totals.insert(total)
      })
    #expect(steps == steps.sorted())
    #expect(totals == Set(steps.suffix(1)))
  }

  @Test("The history and the digest survive; the digest goes when a tensor changes")
  func history() throws {
    let file = onnx([NamedTensor("w", dims: [64], seed: 5), NamedTensor("v", dims: [64], seed: 6)])
    var changed = try model(of: file)
    let digest = try SHA256.digest(of: MemorySource(file))
    #expect(try Container(MemorySource(changed.container())).index.files[0].digest == digest)
    let entry = HistoryEntry(
      action: "prune", settings: [.init("seed", "7"), .init("goal", "0.5")], weightCount: 64,
      zerosBefore: 1, zerosAfter: 32)
    changed.replaceContents(
      of: TensorID(0), with: MemorySource([UInt8](repeating: 0, count: 256)))
    changed.record(entry)
    let container = try changed.container()
    #expect(try Container(MemorySource(container)).index.files[0].digest == nil)
    #expect(try read(container).history == History([entry]))
    #expect(try read(container).files() == changed.files())
  }
}

import ByteStorage
import ModelGraph
import ONNXFormat
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

/// A float32 tensor for a little model, and its name.
struct NamedTensor {
  let name: String
  let type: Int
  let dims: [Int]
  let contents: [UInt8]

  init(_ name: String, type: Int = 1, dims: [Int], _ contents: [UInt8]) {
    (self.name, self.type, self.dims, self.contents) = (name, type, dims, contents)
  }

  /// Seeded float32 values.
  init(_ name: String, dims: [Int], seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<dims.reduce(1, *)).map { _ in
      Float.random(in: -1...1, using: &generator)
    }
    self.init(name, dims: dims, littleEndian(values))
  }
}

/// The file of a model with these initializers.
func onnx(_ tensors: [NamedTensor]) -> [UInt8] {
  ONNXBytes.model(
    tensors.map {
      ONNXBytes.tensor($0.name, type: $0.type, dims: $0.dims, raw: $0.contents)
    }, names: tensors.map(\.name))
}

/// A model read from a file of these bytes; the file stays open though its name goes.
func model(of file: [UInt8]) throws -> Model {
  let folder = TemporaryFolder()
  let path = folder.write(file, to: "model.onnx")
  return try withExtendedLifetime(folder) { try ONNXModelFormat().read(OpenFile(path: path)).model }
}

/// A model of the project's fixtures.
func fixture(_ name: String) throws -> Model {
  try ONNXModelFormat().read(OpenFile(path: SharedFiles.fixture("models/\(name)"))).model
}

extension Model {
  /// The container this model becomes.
  func container(
    level: CompressionLevel = .fast, layout: ContainerLayout = .packed, threads: Int = 1
  ) throws -> [UInt8] {
    let sink = MemorySink()
    try SparseContainerFormat().write(
      self, to: sink, options: ContainerOptions(level: level, layout: layout), threads: threads)
    return sink.contents
  }

  /// The model's files with their holes filled, by their paths.
  func files() throws -> [ByteString: [UInt8]] {
    let document = try #require(self.document)
    var files: [ByteString: [UInt8]] = [:]
    for file in document.files {
      let sink = MemorySink()
      try write(file, to: sink, threads: 1)
      files[file.path] = sink.contents
    }
    return files
  }

  /// Everything a reader of tensors sees: names, types, shapes and contents.
  func tensorContents() throws -> [TensorView] {
    try tensors.map {
      TensorView(
        name: $0.name, type: $0.elementType, shape: $0.shape, contents: try $0.contents.bytes())
    }
  }
}

struct TensorView: Equatable {
  let name: ByteString
  let type: ElementType
  let shape: Shape
  let contents: [UInt8]
}

/// The model in a container.
func read(_ container: [UInt8]) throws -> Model {
  try SparseContainerFormat().read(MemorySource(container)).model
}

/// Reads a container whole: its files, or the error.
func outcome(of container: [UInt8]) throws -> Result<[ByteString: [UInt8]], any Error> {
  do {
    let model = try read(container)
    _ = try model.tensorContents()
    return .success(try model.files())
  } catch let error as any DiagnosticError {
    return .failure(error)
  }
}

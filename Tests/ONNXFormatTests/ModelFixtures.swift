import ByteStorage
import Foundation
import ModelGraph
import TestSupport

@testable import ONNXFormat

/// A folder that goes when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "onnx-tests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// Reads a model of the given bytes, which lies in this folder.
  func read(
    _ bytes: [UInt8], as name: String = "model.onnx", _ options: ONNXModelFormat.Options = .init()
  ) throws -> ONNXModelFormat.Reading {
    try write(bytes, to: name)
    return try ONNXModelFormat(options).read(OpenFile(path: path + "/" + name))
  }
}

/// Small models, written field by field.
enum Fixture {
  /// A model around a graph.
  static func model(
    version: Int64 = 10, operatorSet: Int64 = 18, _ graph: (inout WireBytes) -> Void
  ) -> [UInt8] {
    WireBytes { model in
      model.int(1, version)
      model.message(7, graph)
      model.message(8) { $0.int(2, operatorSet) }
    }.bytes
  }

  /// A model with one initializer.
  static func tensorModel(_ tensor: (inout WireBytes) -> Void) -> [UInt8] {
    model { graph in graph.message(5, tensor) }
  }

  /// A tensor's shape, type and name.
  static func describe(
    _ tensor: inout WireBytes, _ shape: [Int64], _ type: ElementType, name: String = "w"
  ) {
    for size in shape { tensor.int(1, size) }
    tensor.int(2, Int64(type.rawValue))
    tensor.text(8, name)
  }

  /// A tensor message with `raw_data`.
  static func raw(
    _ shape: [Int64], _ type: ElementType, _ bytes: [UInt8], name: String = "w"
  ) -> (inout WireBytes) -> Void {
    { tensor in
      for size in shape { tensor.int(1, size) }
      tensor.int(2, Int64(type.rawValue))
      tensor.text(8, name)
      tensor.data(9, bytes)
    }
  }

  /// A tensor message whose elements stand in another file.
  static func external(
    _ shape: [Int64], _ entries: [(String, String)], name: String = "w"
  ) -> (inout WireBytes) -> Void {
    { tensor in
      describe(&tensor, shape, .float32, name: name)
      for (key, value) in entries {
        tensor.message(13) { entry in
          entry.text(1, key)
          entry.text(2, value)
        }
      }
      tensor.int(14, 1)
    }
  }

  /// Bytes that are all different from their neighbours.
  static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 251) }
  }
}

extension ONNXModelFormat.Reading {
  /// The files of the model's document, restored.
  func restoredFiles() throws -> [[UInt8]] {
    try ONNXModelFormat().document(for: model).files.map { try $0.restored(from: model) }
  }

  /// The files after the document was dropped and the model packed anew.
  func repackedFiles() throws -> [[UInt8]] {
    var copy = model
    copy.dropDocument()
    return try ONNXModelFormat().document(for: copy).files.map { try $0.restored(from: copy) }
  }
}

extension FileTemplate {
  /// The whole file in memory.
  func restored(from model: Model) throws -> [UInt8] {
    let sink = MemorySink()
    try model.write(self, to: sink, threads: 1)
    return sink.contents
  }
}

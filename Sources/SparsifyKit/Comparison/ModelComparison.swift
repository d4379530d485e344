internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
internal import SparseContainer

/// Compares two model files of any formats: structure, tensors and sizes.
///
/// ```swift
/// let report = try ModelComparison(first: "model.onnx", second: "pruned.spm").run()
/// print(report.isEqual, report.tensors.count)
/// ```
public struct ModelComparison: Sendable {
  /// The path of the first model.
  public var first: String
  /// The path of the second model.
  public var second: String
  /// How many threads read and compare; the report does not depend on it.
  public var threads = 1

  /// Prepares to compare; nothing is read yet.
  public init(first: String, second: String) {
    self.first = first
    self.second = second
  }

  /// Compares.
  ///
  /// - Returns: what differs.
  /// - Throws: a `DiagnosticError` that names the file at fault.
  public func run() throws -> ComparisonReport {
    let (before, after) = (try ComparedModel(path: first), try ComparedModel(path: second))
    let matching = ModelMatching(before.model, after.model)
    let structure = try StructureDifference(before.model, after.model, matching)
    let table = TensorTable(before, after, matching.tensors)
    let rows = try table.rows(threads: threads)
    try before.checkUnchanged()
    try after.checkUnchanged()
    return ComparisonReport(
      isEqual: structure.isEqual && rows.isEmpty, first: try before.size(),
      second: try after.size(), structure: structure,
      equalTensors: matching.tensors.count - rows.count { $0.before != nil && $0.after != nil },
      tensors: rows, warnings: before.warnings + after.warnings)
  }
}

/// One of two models that are compared.
struct ComparedModel {
  let model: Model
  let uses: TensorUses
  let warnings: [String]
  private let path: String
  private let format: String
  private let inputs: [any InputFile]

  init(path: String) throws {
    let file = try OpenFile(path: path)
    let (format, loaded) = try FileFailure.naming(path) {
      let format = try ModelFormats.format(of: file)
      return (format.name, try format.read(file, isVerifying: false))
    }
    self.path = path
    self.format = format
    model = loaded.model
    uses = TensorUses(loaded.model)
    inputs = loaded.inputs
    warnings = loaded.warnings.map { "\(ByteString(path)): \($0.text)" }
  }

  func checkUnchanged() throws {
    for input in inputs { try input.checkUnchanged() }
  }

  func size() throws -> ComparisonReport.ModelSize {
    let stored = try FileFailure.naming(path) {
      try model.tensors.compactMap {
        try ($0.contents as? any StoredContents)?.storedForm().byteCount
      }
    }
    return ComparisonReport.ModelSize(
      format: format, fileBytes: inputs.reduce(0) { $0 + $1.byteCount },
      nodes: model.graphs.reduce(0) { $0 + $1.nodes.count }, tensors: model.tensors.count,
      elements: model.tensors.reduce(0) { $0 + $1.shape.elementCount },
      tensorBytes: model.tensors.reduce(0) { $0 + $1.contents.byteCount },
      storedBytes: stored.isEmpty ? nil : stored.reduce(0, +))
  }

  /// A tensor whose failures name the file.
  func tensor(_ id: TensorID) -> Tensor {
    let tensor = model[id]
    return tensor.replacing(contents: NamedSource(base: tensor.contents, path: path))
  }
}

/// Contents whose failures name their file.
private struct NamedSource: ByteSource {
  let base: any ByteSource
  let path: String

  var byteCount: Int { base.byteCount }
  var preferredReadSize: Int { base.preferredReadSize }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try FileFailure.naming(path) { try base.read(at: offset, into: buffer) }
  }
}

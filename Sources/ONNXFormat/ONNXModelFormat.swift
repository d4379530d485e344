public import ByteStorage
internal import CSchemas
public import ModelGraph
public import ProtobufWire

/// Reads and writes ONNX models.
///
/// Reading touches the structure only: the contents of tensors stay in the file until somebody reads
/// them, and the bytes of the structure are kept, so that an unchanged model is written exactly as it
/// was.
public struct ONNXModelFormat: Sendable {
  /// The name of the format, as in `SourceDocument.formatName`.
  public static let name = "onnx"

  /// What reading allows and checks.
  public struct Options: Sendable {
    /// Data files may have other names elsewhere, as stores without duplicates make them.
    public var allowsHardLinks = false
    /// SHA-1 checksums of data files are verified, which reads the files whole.
    public var verifiesChecksums = false
    /// Data files may be missing; reading the contents that stand in one fails then.
    public var allowsMissingData = false
    /// The bounds of the structure.
    public var limits = WireLimits()

    /// The usual choices.
    public init() {}
  }

  /// A model and what was odd about its file.
  public struct Reading: Sendable {
    /// The model; its document gives the files back exactly.
    public let model: Model
    /// What was odd, in the order it was met.
    public let warnings: [Warning]
  }

  private let options: Options

  /// Makes a reader and writer.
  public init(_ options: Options = Options()) {
    self.options = options
  }

  /// True when a file that starts with these bytes can be an ONNX model: it has no magic number, but
  /// must start with a field of the outermost message.
  public func recognizes(prefix: [UInt8]) -> Bool {
    let tags: [UInt8] = [0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72, 0xA2, 0xCA, 0xD2]
    return prefix.first.map(tags.contains) == true && ForeignFormat.diagnosis(of: prefix) == nil
  }

  /// Reads a model file, and the data files it names from its folder.
  ///
  /// - Throws: `WireError`, `ONNXError` and `FileError`.
  public func read(_ file: OpenFile) throws -> Reading {
    guard file.hasFolder else { return try read(inMemory: file) }
    return try read(source: file) { reader in
      let folder = try ModelFolder(
        ofFileAt: file.path, allowsHardLinks: options.allowsHardLinks)
      var data = ExternalFiles(
        folder: folder, model: file.identity, verifiesChecksums: options.verifiesChecksums,
        allowsMissing: options.allowsMissingData)
      let files = try data.resolve(&reader.tensors)
      reader.warnings += data.warnings
      return files
    }
  }

  /// Reads a model that stands in no folder, and so can have no data files.
  ///
  /// - Throws: `WireError`, and `ONNXError`, also when the model names data files.
  public func read(inMemory source: any ByteSource) throws -> Reading {
    try read(source: source) { _ in
      throw ONNXError(.externalMissing, "the model names data files, but lies in no folder")
    }
  }

  /// Reads a model from files that are stored as templates.
  ///
  /// - Parameters:
  ///   - document: the model file first, then its data files.
  ///   - contents: the contents of what fills a hole, by the id it has in `document`; the model numbers
  ///     its tensors anew.
  /// - Returns: the model, with that document under its own ids.
  /// - Throws: `WireError` and `ONNXError`, also when the holes are not those the model has.
  public func read(
    _ document: SourceDocument, contents: @escaping (TensorID) throws -> any ByteSource
  ) throws -> Reading {
    guard let main = document.files.first else {
      throw ONNXError(.template, "there is no model file")
    }
    let input = WireInput.template(try main.outline(), holes: try main.holeRanges())
    var index = 0
    var parsed = try ParsedModel(input, options.limits) { _ in
      defer { index += 1 }
      return try contents(main.holes[index].tensor)
    }
    var restored = document
    restored.files[0].holes = try parsed.owned(main.holes)
    var stored = try StoredFiles(document.files.dropFirst(), contents: contents)
    try stored.resolve(&parsed.reader.tensors)
    for file in restored.files.indices.dropFirst() {
      restored.files[file].holes = try stored.owned(restored.files[file])
    }
    return try parsed.finish(restored)
  }

  /// Reads a model; `dataFiles` is asked for its data files when it names any.
  private func read(
    source: any ByteSource, dataFiles: (inout ModelReader) throws -> [FileTemplate]
  ) throws -> Reading {
    try diagnose(source)
    let input = WireInput.file(source, minimumHole: ONNXSchema.minimumHole)
    var parsed = try ParsedModel(input, options.limits) { hole in
      source.slice(hole.offset..<hole.offset + hole.byteCount)
    }
    let isDivided = parsed.reader.tensors.contains { $0.external != nil }
    let files = isDivided ? try dataFiles(&parsed.reader) : []
    let main = parsed.template(of: source)
    return try parsed.finish(SourceDocument(formatName: Self.name, files: [main] + files))
  }

  private func diagnose(_ file: any ByteSource) throws {
    let prefix = try file.bytes(in: 0..<min(file.byteCount, 64))
    guard !prefix.isEmpty else { throw ONNXError(.emptyFile, "the file is empty") }
    if let diagnosis = ForeignFormat.diagnosis(of: prefix) {
      throw ONNXError(.foreignFormat, "this is \(diagnosis)")
    }
  }
}

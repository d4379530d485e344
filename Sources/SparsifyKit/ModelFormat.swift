public import ByteStorage
public import ModelGraph
public import ONNXFormat

/// A file format that models are read from and written to.
///
/// What a format owes: reading leaves the weights in the file; writing what was read, unchanged, gives
/// the same bytes; a broken file gives an error, never a trap.
public protocol ModelFormat: Sendable {
  /// The name, as in reports.
  var name: String { get }
  /// The extension of its files, with the point.
  var fileExtension: String { get }

  /// True when the first bytes of a file are those of this format.
  func recognizes(_ prefix: [UInt8]) -> Bool

  /// Reads everything but the weights.
  ///
  /// - Parameters:
  ///   - file: the model file.
  ///   - isVerifying: whether to compare checksums of whole data files, which takes reading them.
  ///   - allowsMissingData: whether data files may be missing, so that their contents are absent.
  /// - Returns: the model.
  /// - Throws: a `DiagnosticError`.
  func read(
    _ file: OpenFile, isVerifying: Bool, allowsMissingData: Bool
  ) throws -> LoadedModel

  /// The files that a file of this format was made of, when they can be had without reading the model.
  ///
  /// - Parameters:
  ///   - file: the model file.
  ///   - formatName: the format that the files should be in.
  /// - Returns: the way back to them; nil when there is none but through the model.
  /// - Throws: a `DiagnosticError`.
  func restoration(of file: OpenFile, as formatName: String) throws -> Restoration?

  /// Writes a model.
  func write(_ model: Model, to output: ModelOutput, options: WritingOptions) throws
}

extension ModelFormat {
  /// Reads everything but the weights of a model whose files are all there.
  ///
  /// - Throws: a `DiagnosticError`.
  public func read(_ file: OpenFile, isVerifying: Bool) throws -> LoadedModel {
    try read(file, isVerifying: isVerifying, allowsMissingData: false)
  }

  /// None: the format keeps no other files.
  public func restoration(of file: OpenFile, as formatName: String) throws -> Restoration? { nil }
}

/// A model as it was read.
public struct LoadedModel: Sendable {
  /// The model; its weights are still in the file.
  public var model: Model
  /// What is odd about the file.
  public var warnings: [Warning]
  /// The files that were read, which must not be overwritten.
  public var inputs: [any InputFile]

  /// Makes a loaded model.
  public init(model: Model, warnings: [Warning] = [], inputs: [any InputFile] = []) {
    self.model = model
    self.warnings = warnings
    self.inputs = inputs
  }
}

/// The formats, in the order they are asked whether they recognise a file.
public enum ModelFormats {
  /// Every format.
  ///
  /// Add one by adding it here; ONNX comes last, since any bytes may be protobuf.
  public static let all: [any ModelFormat] = [ContainerFiles(), ONNXFiles()]

  /// The format a file is in, by its first bytes.
  public static func format(of file: OpenFile) throws -> any ModelFormat {
    let prefix = try file.bytes(in: 0..<min(file.byteCount, 64))
    return all.first { $0.recognizes(prefix) } ?? ONNXFiles()
  }

  /// The format to write to a path: the one named, or by the path's extension.
  ///
  /// - Throws: `ConversionError.unknownFormat` when no format has that name or extension.
  public static func format(
    forOutput path: String, named name: String? = nil
  ) throws(ConversionError) -> any ModelFormat {
    let format = all.first { format in
      name.map { format.name == $0 } ?? path.lowercased().hasSuffix(format.fileExtension)
    }
    guard let format else {
      throw .unknownFormat(path: path, known: all.map(\.fileExtension))
    }
    return format
  }
}

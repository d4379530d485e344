internal import ByteStorage
internal import Inference
internal import ModelGraph
internal import ONNXFormat

/// A model as an .onnx file that another program can read.
///
/// A file that is ONNX already is read where it lies; everything else is written to a folder of its
/// own, which goes with this.
struct RunnableModel {
  /// The most bytes of a protobuf message, and so of a file without external data.
  private static let largestFile = Int(Int32.max)

  /// The path of the .onnx file.
  let path: String
  private let folder: PrivateFolder?

  /// Uses a model file.
  ///
  /// - Throws: what writing it as ONNX throws.
  init(_ loaded: LoadedModel, at original: String, format: any ModelFormat) throws {
    if format is ONNXFiles {
      (path, folder) = (original, nil)
    } else {
      self = try Self(written: loaded.model)
    }
  }

  /// Writes a model.
  ///
  /// - Throws: what writing it as ONNX throws.
  init(written model: Model) throws {
    let folder = try PrivateFolder()
    var model = model
    // Several files are needed only where one cannot hold everything, as the runtime sees it too.
    let files = model.document?.files ?? []
    if files.count > 1 || (files.first?.byteCount ?? 0) > Self.largestFile { model.dropDocument() }
    let path = folder.path + "/model.onnx"
    let output = try ModelOutput(path: path, replaces: false, inputs: [])
    defer { folder.holdFiles() }
    try ONNXFiles().write(model, to: output, options: WritingOptions())
    try output.commit()
    (self.path, self.folder) = (path, folder)
  }
}

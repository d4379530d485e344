public import ByteStorage
public import ModelGraph
public import ONNXFormat

/// A container whose index was read: the files that went into it, with holes, and what fills them.
public struct OpenedContainer: Sendable {
  /// The files, their holes numbered by the container's tensors.
  public let document: SourceDocument
  private let container: Container

  /// Reads and checks everything but the chunks, of shards too.
  init(_ container: Container) throws {
    guard let document = try container.document(), document.formatName == ONNXModelFormat.name
    else {
      throw SparseContainerError.broken(
        "files of the format \"\(ByteString(container.index.document?.format ?? ""))\"")
    }
    (self.document, self.container) = (document, container)
  }

  /// What fills a hole, decoded when it is read.
  public func contents(of tensor: TensorID) -> any ByteSource {
    container.contents(ofTensor: tensor.index)
  }

  /// The model that the files are, and what is odd about it.
  ///
  /// - Throws: what reading the graph throws.
  public func model() throws -> (model: Model, warnings: [Warning]) {
    let reading = try ONNXModelFormat().read(document, contents: contents)
    let model = reading.model.with(
      document: reading.model.document, history: container.index.history)
    return (model, reading.warnings)
  }
}

public import ByteStorage
public import ModelGraph

extension FileTemplate {
  /// Writes the file with its holes filled from a model, a piece at a time.
  ///
  /// - Throws: `ONNXError` when a tensor has not the size of its hole, and what reading and writing
  ///   throw.
  public func restore(from model: Model, to sink: any ByteSink) throws {
    var done = 0
    _ = try holeRanges()
    for hole in holes {
      if let piece = literal.slice(done..<hole.position) { try sink.write(piece) }
      done = hole.position
      guard model.tensors.indices.contains(hole.tensor.index) else {
        throw ONNXError(.contents, "a hole of tensor \(hole.tensor.index), which does not exist")
      }
      let tensor = model[hole.tensor]
      guard tensor.contents.byteCount == hole.byteCount else {
        throw ONNXError(
          .contents,
          "tensor \"\(tensor.name)\" has \(tensor.contents.byteCount) bytes for a hole of \(hole.byteCount)"
        )
      }
      try sink.write(tensor.contents)
    }
    if let rest = literal.slice(done..<literal.byteCount) { try sink.write(rest) }
  }
}

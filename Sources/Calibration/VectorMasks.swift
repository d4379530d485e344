internal import ByteStorage
internal import Inference
internal import ModelGraph

/// Which vectors of each chunk count: not those that only fill a batch up.
struct VectorMasks {
  /// For each chunk, whether each vector counts; nil where all do.
  private let chunks: [[Bool]?]

  /// Reads the input of a name, if there is one.
  ///
  /// Throws what reading the store throws.
  init(_ name: String?, _ inputs: ActivationStore) throws {
    chunks = try (0..<inputs.chunkCount).map { chunk in
      try name.flatMap { try inputs.value(ByteString($0), ofChunk: chunk) }?
        .integers()?.map { $0 != 0 }
    }
  }

  /// For each vector of a value whether it counts; nil where the mask is not about such vectors.
  func counted(in value: NumericArray, ofChunk chunk: Int) -> [Bool]? {
    let vectors = value.shape.dimensions.dropLast().reduce(1, *)
    return chunks[chunk]?.count == vectors ? chunks[chunk] : nil
  }
}

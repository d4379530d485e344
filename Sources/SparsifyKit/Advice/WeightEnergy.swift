internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// The sum of the squares of a model's weights, as the numbers they stand for.
///
/// What pruning takes of it is the error of the weights that needs no data. Numbers that are infinite
/// or none count nothing.
struct WeightEnergy {
  /// The sum of the squares.
  private(set) var squares = 0.0
  /// How many weights there are.
  private(set) var weights = 0
  /// How many of them are zero.
  private(set) var zeros = 0

  /// Adds up what operators read as weights, piece by piece.
  ///
  /// - Throws: what reading weights throws.
  init(of model: Model, threads: Int) throws {
    let streams = try PrunableWeights(of: model).weights.compactMap { weight in
      try Self.stream(of: weight, in: model)
    }
    let pieces = streams.flatMap { stream in
      stream.pieces(of: 0..<stream.count).map { (stream: stream, range: $0) }
    }
    try OrderedPipeline.run(
      count: pieces.count, threads: threads, workspace: { KeyBuffer() },
      produce: { index, buffer in
        try Self.sum(of: pieces[index].range, in: pieces[index].stream, buffer)
      },
      consume: { index, part in
        squares += part.squares
        zeros += part.zeros
        weights += pieces[index].range.count
      })
  }

  /// Nil for weights that pruning refuses, such as strings.
  private static func stream(of weight: PrunableWeight, in model: Model) throws -> WeightStream? {
    guard weight.refusal == nil else { return nil }
    do {
      let values = try weight.quantization.map { try QuantizationValues($0, of: model) }
      return WeightStream(weight.tensor, of: model, quantization: values)
    } catch is WeightRefusal {
      return nil
    }
  }

  private static func sum(
    of range: Range<Int>, in stream: WeightStream, _ buffer: KeyBuffer
  ) throws -> (squares: Double, zeros: Int) {
    try buffer.withChunk(of: range, in: stream) { chunk in
      var keys = [UInt32](repeating: 0, count: chunk.count)
      return keys.withUnsafeMutableBufferPointer { keys in
        guard let start = keys.baseAddress else { return (0, 0) }
        MagnitudeCriterion().scores(of: chunk, into: start)
        var (squares, zeros) = (0.0, 0)
        for key in keys[(range.lowerBound - chunk.start)...] {
          let magnitude = Double(Float(bitPattern: key))
          if magnitude.isFinite { squares += magnitude * magnitude }
          if key == SaliencyKey.zero { zeros += 1 }
        }
        return (squares, zeros)
      }
    }
  }
}

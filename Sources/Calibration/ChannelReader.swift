internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph
internal import Reconstruction

/// What a layer that reads channels is looked at for, in the dense network.
struct ChannelReader {
  let layer: LinearLayer
  /// The weights.
  let weights: Matrix
  /// What becomes of the layer's output.
  let path: OutputPath
  let rule: SamplingRule

  /// What all samples say; nil when a value does not have the shape it should.
  ///
  /// Throws what reading the store throws.
  func sums(_ store: ActivationStore, _ masks: VectorMasks) throws -> ChannelSums? {
    var sums = ChannelSums(layer)
    var first = 0
    for chunk in 0..<store.chunkCount {
      guard let input = try store.value(layer.input, ofChunk: chunk),
        let places = layer.places(
          in: input, firstSample: first, counted: masks.counted(in: input, ofChunk: chunk), rule),
        let samples = layer.inputs(input, at: places, group: 0)
      else { return nil }
      first += places.ofSamples.count
      let outputs = Matrix.product(.plain(samples), .transposed(weights))
      let value = try path.stream.flatMap { try store.value($0, ofChunk: chunk) }
      sums.add(
        samples, outputs, sum: value.flatMap { layer.outputs($0, at: places, group: 0) },
        scales: path.scales)
    }
    return sums
  }
}

/// Sums over samples of what a layer reads and makes.
struct ChannelSums {
  /// Inputs and outputs.
  private(set) var moments: LayerMoments
  /// In how many samples each input is zero.
  private var zeros: [Int]
  /// What the layer's output is part of: the residual stream behind it, or the output alone.
  private var spread: OutputSpread
  private var scales: [Double]?

  init(_ layer: LinearLayer) {
    moments = LayerMoments(inputs: layer.columns, outputs: layer.rows)
    zeros = [Int](repeating: 0, count: layer.columns)
    spread = OutputSpread(outputs: layer.rows)
  }

  /// Adds samples, a row each; `sum` is the stream that outputs, scaled, are added to.
  mutating func add(
    _ inputs: Matrix, _ outputs: Matrix, sum stream: Matrix?, scales: [Double]?
  ) {
    moments.add(inputs: inputs, outputs: outputs)
    for row in 0..<inputs.rows {
      for (column, value) in inputs.row(row).enumerated() where value == 0 { zeros[column] += 1 }
    }
    guard var stream else { return spread.add(outputs) }
    self.scales = scales ?? [Double](repeating: 1, count: outputs.columns)
    for row in 0..<outputs.rows {
      for column in 0..<outputs.columns {
        stream[row, column] += outputs[row, column] * (scales?[column] ?? 1)
      }
    }
    spread.add(stream)
  }

  /// The layer as one that reads channels: errors are shares of the variance of what its output is
  /// part of.
  func consumer(
    _ weights: Matrix, columns: [[Int]], damping: Double, hasBias: Bool
  ) -> ChannelProblem.Consumer {
    let variance = max(spread.variances.reduce(0, +), .leastNormalMagnitude)
    return ChannelProblem.Consumer(
      problem: LayerProblem(
        dense: weights, moments: moments, damping: damping, hasBias: hasBias),
      columns: columns,
      outputWeights: (0..<weights.rows).map { row in
        let scale = scales?[row] ?? 1
        return scale * scale / variance
      },
      zeroShares: zeros.map { Double($0) / Double(max(moments.count, 1)) })
  }
}

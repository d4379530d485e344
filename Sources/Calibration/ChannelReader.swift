internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph
internal import Reconstruction

/// What a layer that reads channels is looked at for, in the dense network.
struct ChannelReader {
  private let layer: LinearLayer
  /// The weights of each group.
  private let weights: [Matrix]
  /// The bias that the layer adds itself; empty for none.
  private let bias: [Double]
  /// What becomes of the layer's output.
  private let path: OutputPath
  private let rule: SamplingRule

  /// Looks at a layer.
  ///
  /// Throws what reading its weights throws.
  init(_ layer: LinearLayer, in model: Model, path: OutputPath, rule: SamplingRule) throws {
    (self.layer, self.path, self.rule) = (layer, path, rule)
    weights = try layer.matrices(in: model)
    bias = try layer.ownBias(in: model)
  }

  /// What all samples say of each group; nil when a value does not have the shape it should.
  ///
  /// Throws what reading the store throws.
  func sums(_ store: ActivationStore, _ masks: VectorMasks) throws -> [ChannelSums]? {
    var sums = (0..<layer.groups).map { group in
      ChannelSums(
        layer, scales: path.scales.map { Array($0[layer.outputs(ofGroup: group)]) })
    }
    var first = 0
    for chunk in 0..<store.chunkCount {
      guard let input = try store.value(layer.input, ofChunk: chunk),
        let places = layer.places(
          in: input, firstSample: first, counted: masks.counted(in: input, ofChunk: chunk), rule)
      else { return nil }
      first += places.ofSamples.count
      let value = try path.stream.flatMap { try store.value($0, ofChunk: chunk) }
      for group in sums.indices {
        guard let samples = layer.inputs(input, at: places, group: group) else { return nil }
        let outputs = outputs(of: samples, group)
        let stream = value.flatMap { layer.outputs($0, at: places, group: group) }
        sums[group].add(
          samples, outputs, behind: behind(outputs, stream, group),
          isRectified: isRectified(stream))
      }
    }
    return sums
  }

  /// Whether what is behind the layer is known to be what a Relu leaves.
  private func isRectified(_ stream: Matrix?) -> Bool {
    path.isRectified && (path.stream == nil || stream != nil)
  }

  /// What a group makes of samples.
  private func outputs(of samples: Matrix, _ group: Int) -> Matrix {
    var result = Matrix.product(.plain(samples), .transposed(weights[group]))
    guard !bias.isEmpty else { return result }
    for (column, output) in layer.outputs(ofGroup: group).enumerated() {
      for row in 0..<result.rows { result[row, column] += bias[output] }
    }
    return result
  }

  /// What outputs become on their way.
  private func behind(_ outputs: Matrix, _ stream: Matrix?, _ group: Int) -> Matrix {
    var result = outputs
    let isRectified = isRectified(stream)
    for (column, output) in layer.outputs(ofGroup: group).enumerated() {
      let scale = path.scales?[output] ?? 1
      let shift = path.shifts?[output] ?? 0
      for row in 0..<result.rows {
        let sum = scale * outputs[row, column] + shift + (stream?[row, column] ?? 0)
        result[row, column] = isRectified ? max(0, sum) : sum
      }
    }
    return result
  }
}

/// Sums over samples of what a layer reads and makes.
struct ChannelSums {
  /// Inputs and outputs.
  private(set) var moments: LayerMoments
  /// In how many samples each input is zero.
  private var zeros: [Int]
  /// What the outputs are on the other side of sums and Relus.
  private var spread: OutputSpread
  /// In how many samples a Relu behind makes an output zero.
  private var stopped: [Int]
  /// What each output is multiplied by on its way; nil for 1.
  private let scales: [Double]?

  init(_ layer: LinearLayer, scales: [Double]?) {
    moments = LayerMoments(inputs: layer.columns, outputs: layer.rows)
    zeros = [Int](repeating: 0, count: layer.columns)
    spread = OutputSpread(outputs: layer.rows)
    stopped = [Int](repeating: 0, count: layer.rows)
    self.scales = scales
  }

  /// Adds samples, a row each; `behind` is what becomes of the outputs.
  mutating func add(
    _ inputs: Matrix, _ outputs: Matrix, behind: Matrix, isRectified: Bool
  ) {
    moments.add(inputs: inputs, outputs: outputs)
    Self.count(inputs, in: &zeros)
    spread.add(behind)
    if isRectified { Self.count(behind, in: &stopped) }
  }

  private static func count(_ samples: Matrix, in zeros: inout [Int]) {
    for row in 0..<samples.rows {
      for (column, value) in samples.row(row).enumerated() where value == 0 { zeros[column] += 1 }
    }
  }

  /// The layer as one that reads channels: errors are shares of the variance of what its output
  /// becomes, and count as often as a Relu lets them through.
  func consumer(
    _ weights: Matrix, columns: [[Int]], damping: Double, hasBias: Bool
  ) -> ChannelProblem.Consumer {
    let variance = max(spread.variances.reduce(0, +), .leastNormalMagnitude)
    let count = Double(max(moments.count, 1))
    return ChannelProblem.Consumer(
      problem: LayerProblem(
        dense: weights, moments: moments, damping: damping, hasBias: hasBias),
      columns: columns,
      outputWeights: (0..<weights.rows).map { row in
        let scale = scales?[row] ?? 1
        return scale * scale * (1 - Double(stopped[row]) / count) / variance
      },
      zeroShares: zeros.map { Double($0) / count })
  }
}

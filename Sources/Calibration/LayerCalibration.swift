internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph
internal import Reconstruction

/// Sums of what one layer reads, in the dense network and in the one that is being pruned.
struct LayerCalibration {
  /// Where values of both networks are; the same store while nothing is changed yet.
  struct Stores {
    let dense: ActivationStore
    let pruned: ActivationStore
  }

  private let match: LayerMatch
  /// The weights of each group, as they were, for the outputs that are left.
  private let dense: [Matrix]
  /// The bias of all outputs of the dense layer that it adds itself.
  private let bias: [Double]
  /// What becomes of the layer's output; nil when it does not matter.
  private let path: OutputPath?
  private let rule: SamplingRule
  /// The samples, when a Relu behind the layer asks for a second look at them.
  private let seen: SampleStore?

  /// Looks at a layer of a dense network, and at what is left of it.
  ///
  /// Throws what reading its weights throws, and `FileError.cannotCreate`.
  init(
    _ match: LayerMatch, in model: Model, path: OutputPath?, rule: SamplingRule
  ) throws {
    let matrices = try match.dense.matrices(in: model)
    (self.match, self.path, self.rule) = (match, path, rule)
    seen = path.map { $0.isRectified && !$0.goesOut } == true ? try SampleStore() : nil
    dense = match.groups.map { matrices[$0.dense].selecting(rows: $0.rows) }
    bias = try match.dense.ownBias(in: model)
  }

  /// The sums over all chunks; nil when a value does not have the shape it should.
  ///
  /// Throws what reading the stores throws, and `FileError` without room for samples.
  func sums(_ stores: Stores, _ masks: VectorMasks) throws -> [GroupMoments]? {
    let pruned = match.pruned
    var sums = (0..<pruned.groups).map { _ in
      GroupMoments(
        moments: LayerMoments(inputs: pruned.columns, outputs: pruned.rows),
        dense: OutputSpread(outputs: pruned.rows))
    }
    let isComplete = try forEach(stores, masks) { group, samples, outputs, wanted, stream in
      sums[group].dense.add(outputs)
      sums[group].moments.add(inputs: samples, outputs: wanted)
      try seen?.append(.init(group: group, inputs: samples, wanted: wanted, stream: stream))
    }
    return isComplete ? sums : nil
  }

  /// Fits made final: anew to what a Relu behind the layer leaves, or else with the spread of the
  /// dense outputs, if other layers read them.
  ///
  /// Throws what reading the samples of the sums throws.
  func finished(
    _ fits: [GroupFit], of weights: [Matrix], _ sums: [GroupMoments], _ fitter: LayerFitter
  ) throws -> [GroupFit] {
    guard path?.goesOut != true else { return fits }
    guard let seen, !fits.contains(where: \.isPlain) else {
      return fits.indices.map {
        fitter.matchingSpread(fits[$0], dense: weights[$0], sums[$0])
      }
    }
    var rectified = sums
    for group in fits.indices { rectified[group].moments.removeOutputs() }
    try seen.forEach { samples in
      rectified[samples.group].moments.add(
        outputs: self.rectified(samples, by: fits[samples.group]), ofInputs: samples.inputs)
    }
    return fits.indices.map { fitter.refit(fits[$0], dense: weights[$0], rectified[$0]) }
  }

  /// Goes through the samples of all groups: inputs as the pruned network gives them, the dense outputs,
  /// those wanted for these inputs, and the pruned network's stream.
  ///
  /// False when a value does not have the shape it should. Throws what reading the stores throws, and
  /// what `body` does.
  private func forEach(
    _ stores: Stores, _ masks: VectorMasks,
    _ body: (
      _ group: Int, _ inputs: Matrix, _ dense: Matrix, _ wanted: Matrix, _ stream: Matrix?
    ) throws -> Void
  ) throws -> Bool {
    let layer = match.dense
    var first = 0
    for chunk in 0..<stores.dense.chunkCount {
      guard let input = try stores.dense.value(layer.input, ofChunk: chunk),
        let places = layer.places(
          in: input, firstSample: first, counted: masks.counted(in: input, ofChunk: chunk), rule)
      else { return false }
      first += places.ofSamples.count
      let other =
        stores.pruned === stores.dense
        ? input : try stores.pruned.value(layer.input, ofChunk: chunk)
      guard let other else { return false }
      let streams = try streamValues(stores, chunk)
      for group in 0..<match.pruned.groups {
        guard let samples = pair(input, other, places, group) else { return false }
        let outputs = self.outputs(of: samples.dense, group: group)
        let streams = streams.flatMap { self.streams($0, places, group) }
        let wanted = streams.map { correct(outputs, by: $0, group) } ?? outputs
        try body(group, samples.pruned, outputs, wanted, streams?.pruned)
      }
    }
    return true
  }

  private func pair(
    _ input: NumericArray, _ other: NumericArray, _ places: LinearLayer.Places, _ group: Int
  ) -> (dense: Matrix, pruned: Matrix)? {
    let own = match.groups[group].dense
    guard let dense = match.dense.inputs(input, at: places, group: own) else { return nil }
    if input == other, own == group { return (dense, dense) }
    guard let pruned = match.pruned.inputs(other, at: places, group: group) else { return nil }
    return (dense, pruned)
  }

  /// What the dense layer makes of samples.
  private func outputs(of samples: Matrix, group: Int) -> Matrix {
    var result = Matrix.product(.plain(samples), .transposed(dense[group]))
    guard !bias.isEmpty else { return result }
    for (column, output) in match.denseOutputs(ofGroup: group).enumerated() {
      for row in 0..<result.rows { result[row, column] += bias[output] }
    }
    return result
  }

  /// The stream of both networks in a chunk; nil when there is none.
  private func streamValues(
    _ stores: Stores, _ chunk: Int
  ) throws -> (dense: NumericArray, pruned: NumericArray)? {
    guard let stream = path?.stream,
      let dense = try stores.dense.value(stream, ofChunk: chunk),
      let pruned = try stores.pruned.value(stream, ofChunk: chunk)
    else { return nil }
    return (dense, pruned)
  }

  /// The streams for the outputs of a group; nil when they have another shape.
  private func streams(
    _ streams: (dense: NumericArray, pruned: NumericArray), _ places: LinearLayer.Places,
    _ group: Int
  ) -> (dense: Matrix, pruned: Matrix)? {
    guard
      let dense = match.dense.outputs(
        streams.dense, at: places, group: match.groups[group].dense),
      let pruned = match.pruned.outputs(streams.pruned, at: places, group: group)
    else { return nil }
    return (dense, pruned)
  }

  /// Adds to outputs what the stream lost.
  private func correct(
    _ outputs: Matrix, by streams: (dense: Matrix, pruned: Matrix), _ group: Int
  ) -> Matrix {
    var result = outputs
    let own = zip(match.groups[group].rows, match.denseOutputs(ofGroup: group))
    for (column, (denseColumn, output)) in own.enumerated() {
      let scale = path?.scales?[output] ?? 1
      guard abs(scale) > Self.smallestScale else { continue }
      for row in 0..<result.rows {
        result[row, column] +=
          (streams.dense[row, denseColumn] - streams.pruned[row, column]) / scale
      }
    }
    return result
  }

  /// Wanted outputs, but where the Relu makes them zero, those that a fit makes, as long as they become
  /// zero as well.
  ///
  /// The error behind the Relu is at most that of the outputs to these, and the fit's own error is the
  /// same, where zeros are wanted: so a fit to them is no worse there.
  private func rectified(_ samples: SampleStore.Samples, by fit: GroupFit) -> Matrix {
    let (wanted, stream) = (samples.wanted, samples.stream)
    guard let path, path.stream == nil || stream != nil else { return wanted }
    let made = Matrix.product(.plain(samples.inputs), .transposed(fit.weights))
    let ways = match.denseOutputs(ofGroup: samples.group).enumerated().map { column, output in
      (
        scale: path.scales?[output] ?? 1, shift: path.shifts?[output] ?? 0,
        bias: fit.bias?[column] ?? 0
      )
    }
    var result = wanted
    for row in 0..<wanted.rows {
      for (column, way) in ways.enumerated() where abs(way.scale) > Self.smallestScale {
        let added = way.shift + (stream?[row, column] ?? 0)
        guard way.scale * wanted[row, column] + added <= 0 else { continue }
        let own = made[row, column] + way.bias
        result[row, column] = way.scale * own + added <= 0 ? own : -added / way.scale
      }
    }
    return result
  }

  /// An output that hardly counts cannot make up for anything.
  private static let smallestScale = 1e-3
}

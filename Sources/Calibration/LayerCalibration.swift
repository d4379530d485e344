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
  /// The stream the layer's output is added to; nil for none, or one that is not known yet.
  private let stream: ResidualStream?
  private let rule: SamplingRule

  /// Looks at a layer of a dense network, and at what is left of it.
  ///
  /// Throws what reading its weights throws.
  init(
    _ match: LayerMatch, in model: Model, stream: ResidualStream?, rule: SamplingRule
  ) throws {
    let matrices = try match.dense.matrices(in: model)
    (self.match, self.stream, self.rule) = (match, stream, rule)
    dense = match.groups.map { matrices[$0.dense].selecting(rows: $0.rows) }
    if case .input(_, let tensor) = match.dense.bias {
      bias = try model[tensor].doubles()
    } else {
      bias = []
    }
  }

  /// The sums over all chunks; nil when a value does not have the shape it should.
  ///
  /// Throws what reading the stores throws.
  func sums(_ stores: Stores, _ masks: [[Bool]?]) throws -> [GroupMoments]? {
    let (layer, pruned) = (match.dense, match.pruned)
    var sums = (0..<pruned.groups).map { _ in
      GroupMoments(
        moments: LayerMoments(inputs: pruned.columns, outputs: pruned.rows),
        dense: OutputSpread(outputs: pruned.rows))
    }
    var first = 0
    for chunk in 0..<stores.dense.chunkCount {
      guard let input = try stores.dense.value(layer.input, ofChunk: chunk),
        let places = layer.places(
          in: input, firstSample: first, counted: counted(masks[chunk], input), rule)
      else { return nil }
      first += places.ofSamples.count
      let other =
        stores.pruned === stores.dense
        ? input : try stores.pruned.value(layer.input, ofChunk: chunk)
      guard let other else { return nil }
      let streams = try differences(stores, chunk)
      for group in sums.indices {
        guard let samples = pair(input, other, places, group) else { return nil }
        let outputs = self.outputs(of: samples.dense, group: group)
        sums[group].dense.add(outputs)
        sums[group].moments.add(
          inputs: samples.pruned,
          outputs: streams.map { correct(outputs, by: $0, places, group) } ?? outputs)
      }
    }
    return sums
  }

  /// The mask of a chunk, where it has an element for each vector of the input.
  private func counted(_ mask: [Bool]?, _ input: NumericArray) -> [Bool]? {
    let vectors = input.shape.dimensions.dropLast().reduce(1, *)
    return mask?.count == vectors ? mask : nil
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

  /// The stream of both networks in a chunk; nil when there is none or it is the same.
  private func differences(
    _ stores: Stores, _ chunk: Int
  ) throws -> (dense: NumericArray, pruned: NumericArray)? {
    guard let stream, stores.pruned !== stores.dense,
      let dense = try stores.dense.value(stream.name, ofChunk: chunk),
      let pruned = try stores.pruned.value(stream.name, ofChunk: chunk)
    else { return nil }
    return (dense, pruned)
  }

  /// Adds to outputs what the stream lost.
  private func correct(
    _ outputs: Matrix, by streams: (dense: NumericArray, pruned: NumericArray),
    _ places: LinearLayer.Places, _ group: Int
  ) -> Matrix {
    let group = (dense: match.groups[group].dense, pruned: group)
    guard let dense = match.dense.outputs(streams.dense, at: places, group: group.dense),
      let pruned = match.pruned.outputs(streams.pruned, at: places, group: group.pruned)
    else { return outputs }
    var result = outputs
    let own = zip(match.groups[group.pruned].rows, match.denseOutputs(ofGroup: group.pruned))
    for (column, (denseColumn, output)) in own.enumerated() {
      let scale = stream?.scales?[output] ?? 1
      guard abs(scale) > Self.smallestScale else { continue }
      for row in 0..<result.rows {
        result[row, column] += (dense[row, denseColumn] - pruned[row, column]) / scale
      }
    }
    return result
  }

  /// An output that hardly counts cannot make up for anything.
  private static let smallestScale = 1e-3
}

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

  let layer: LinearLayer
  /// The weights of each group, as they were.
  let dense: [Matrix]
  /// The bias of all outputs that the layer adds itself.
  let bias: [Double]
  /// The stream the layer's output is added to; nil for none, or one that is not known yet.
  let stream: ResidualStream?
  let rule: SamplingRule

  /// The sums over all chunks; nil when a value does not have the shape it should.
  ///
  /// Throws what reading the stores throws.
  func sums(_ stores: Stores, _ masks: [[Bool]?]) throws -> [GroupMoments]? {
    var sums = (0..<layer.groups).map { _ in
      GroupMoments(
        moments: LayerMoments(inputs: layer.columns, outputs: layer.rows),
        dense: OutputSpread(outputs: layer.rows))
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
    guard let dense = layer.inputs(input, at: places, group: group) else { return nil }
    if input == other { return (dense, dense) }
    guard let pruned = layer.inputs(other, at: places, group: group) else { return nil }
    return (dense, pruned)
  }

  /// What the dense layer makes of samples.
  private func outputs(of samples: Matrix, group: Int) -> Matrix {
    var result = Matrix.product(.plain(samples), .transposed(dense[group]))
    guard !bias.isEmpty else { return result }
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        result[row, column] += bias[group * layer.rows + column]
      }
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
    guard let dense = layer.outputs(streams.dense, at: places, group: group),
      let pruned = layer.outputs(streams.pruned, at: places, group: group)
    else { return outputs }
    var result = outputs
    let first = group * layer.rows
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        let scale = stream?.scales?[first + column] ?? 1
        guard abs(scale) > Self.smallestScale else { continue }
        result[row, column] += (dense[row, column] - pruned[row, column]) / scale
      }
    }
    return result
  }

  /// An output that hardly counts cannot make up for anything.
  private static let smallestScale = 1e-3
}

internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph
internal import Reconstruction

/// Which of a layer's windows or vectors are looked at.
struct SamplingRule {
  /// How many are taken of each sample at most.
  let perSample: Int
  /// What the choice follows from.
  let seed: UInt64
}

extension CalibrationRequest {
  /// As many places of each sample that all make up the rows asked for, or several for each column.
  func rule(for layer: LinearLayer, _ samples: Int) -> SamplingRule {
    let wanted = max(rows, 8 * layer.columns)
    return SamplingRule(perSample: (wanted + samples - 1) / max(samples, 1), seed: seed)
  }
}

extension LinearLayer {
  /// The places of a value that are taken, one after the other over the samples of a chunk.
  struct Places {
    /// For each sample of the chunk, the places in it.
    let ofSamples: [[Int]]
    /// How windows lie; nil for vectors.
    let sampler: PatchSampler?
    /// The sizes of the input beside samples and channels.
    let sizes: [Int]
  }

  /// Chooses places of a chunk whose first sample has a number among all.
  ///
  /// `counted` says, for each vector, whether it is one at all; nil when all are. Nil when the input
  /// does not have the shape of one.
  func places(
    in input: NumericArray, firstSample: Int, counted: [Bool]?, _ rule: SamplingRule
  ) -> Places? {
    let sizes = input.shape.dimensions
    switch form {
    case .vectors:
      guard sizes.count > 1, sizes.last == columns else { return nil }
      let lengths = sizes[1..<sizes.count - 1].reduce(1, *)
      return Places(
        ofSamples: (0..<sizes[0]).map { sample in
          let own = (0..<lengths).filter { counted?[sample * lengths + $0] ?? true }
          return PatchSampler.choice(
            rule.perSample, of: own.count, sample: firstSample + sample, seed: rule.seed
          ).map { own[$0] }
        }, sampler: nil, sizes: [lengths])
    case .windows(let attributes):
      guard sizes.count == attributes.kernel.count + 2,
        sizes[1] * kernelSize == columns * groups,
        let (windows, outputs) = attributes.windows(over: Array(sizes[2...]))
      else { return nil }
      let sampler = PatchSampler(
        windows, inputSizes: Array(sizes[2...]), outputSizes: outputs, seed: rule.seed)
      return Places(
        ofSamples: (0..<sizes[0]).map {
          sampler.positions(rule.perSample, ofSample: firstSample + $0)
        }, sampler: sampler, sizes: Array(sizes[2...]))
    }
  }

  /// What a group reads at these places, a row each; nil for another shape.
  func inputs(_ input: NumericArray, at places: Places, group: Int) -> Matrix? {
    guard let values = input.floats(),
      values.count == places.ofSamples.count * places.sizes.reduce(columns * groups / kernelSize, *)
    else { return nil }
    return rows(of: values, at: places) { sample, positions in
      places.sampler?.patches(of: sample, channels: channels(ofGroup: group), at: positions)
        ?? vectors(sample, columns: columns, at: positions)
    }
  }

  /// What stands at these places of a value of the layer's output's shape, for the outputs of a group.
  func outputs(_ value: NumericArray, at places: Places, group: Int) -> Matrix? {
    let perPlace = rows * groups
    let outputPlaces = places.sampler?.outputCount ?? places.sizes.reduce(1, *)
    guard let values = value.floats(),
      values.count == places.ofSamples.count * perPlace * outputPlaces
    else { return nil }
    return rows(of: values, at: places) { sample, positions in
      places.sampler?.outputs(of: sample, channels: outputs(ofGroup: group), at: positions)
        ?? vectors(sample, columns: perPlace, at: positions)
    }
  }

  private func vectors(
    _ sample: UnsafeBufferPointer<Float>, columns: Int, at positions: [Int]
  ) -> Matrix {
    var values: [Double] = []
    values.reserveCapacity(positions.count * columns)
    for position in positions {
      for column in 0..<columns { values.append(Double(sample[position * columns + column])) }
    }
    return Matrix(rows: positions.count, columns: columns, values)
  }

  /// The rows of all samples of a chunk, one sample after the other.
  private func rows(
    of values: [Float], at places: Places,
    _ matrix: (UnsafeBufferPointer<Float>, [Int]) -> Matrix
  ) -> Matrix {
    let stride = values.count / max(places.ofSamples.count, 1)
    return values.withUnsafeBufferPointer { values in
      Matrix(
        joining: places.ofSamples.enumerated().map { index, positions in
          matrix(
            UnsafeBufferPointer(rebasing: values[index * stride..<(index + 1) * stride]), positions)
        })
    }
  }
}

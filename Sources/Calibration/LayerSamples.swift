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
    let size = places.sizes.reduce(columns * groups / kernelSize, *)
    return matrix(of: input, sampleSize: size, columns: columns, at: places) {
      guard let sampler = places.sampler else {
        return Self.copyVectors(of: $0, length: columns, at: $1, to: $2)
      }
      sampler.copyPatches(of: $0, channels: channels(ofGroup: group), at: $1, to: $2)
    }
  }

  /// What stands at these places of a value of the layer's output's shape, for the outputs of a group.
  func outputs(_ value: NumericArray, at places: Places, group: Int) -> Matrix? {
    let all = rows * groups
    let size = (places.sampler?.outputCount ?? places.sizes.reduce(1, *)) * all
    return matrix(
      of: value, sampleSize: size, columns: places.sampler == nil ? all : rows, at: places
    ) {
      guard let sampler = places.sampler else {
        return Self.copyVectors(of: $0, length: all, at: $1, to: $2)
      }
      sampler.copyOutputs(of: $0, channels: outputs(ofGroup: group), at: $1, to: $2)
    }
  }

  private static func copyVectors(
    of sample: UnsafeBufferPointer<Float>, length: Int, at positions: [Int],
    to values: UnsafeMutableBufferPointer<Double>
  ) {
    for (row, position) in positions.enumerated() {
      for column in 0..<length {
        values[row * length + column] = Double(sample[position * length + column])
      }
    }
  }

  /// The rows of all samples of a chunk, one sample after the other, as `copy` takes them of each; nil
  /// when samples have another size.
  private func matrix(
    of value: NumericArray, sampleSize: Int, columns: Int, at places: Places,
    _ copy: (
      _ sample: UnsafeBufferPointer<Float>, _ positions: [Int],
      _ target: UnsafeMutableBufferPointer<Double>
    ) -> Void
  ) -> Matrix? {
    let count = places.ofSamples.reduce(0) { $0 + $1.count }
    return value.withFloats { floats -> Matrix? in
      guard floats.count == places.ofSamples.count * sampleSize else { return nil }
      let values = [Double](unsafeUninitializedCapacity: count * columns) { values, filled in
        for (index, positions) in places.ofSamples.enumerated() {
          let size = positions.count * columns
          copy(
            .init(rebasing: floats[index * sampleSize..<(index + 1) * sampleSize]), positions,
            .init(rebasing: values[filled..<filled + size]))
          filled += size
        }
      }
      return Matrix(rows: count, columns: columns, values)
    } ?? nil
  }
}

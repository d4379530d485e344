internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// An axis of a stored tensor.
struct TensorAxis: Hashable, Sendable {
  let tensor: TensorID
  let axis: Int
}

/// The sums for each position of axes, all read in one pass.
///
/// They depend neither on threads nor on the order of axes: each tensor is summed in stretches of a
/// fixed size, and the stretches are added in order.
struct AxisScores: Sendable {
  /// Elements that one thread sums before it hands the sums over.
  private let stretchSize: Int
  private(set) var sums: [TensorAxis: PositionSums] = [:]
  /// The squared distances to the mean filter.
  private(set) var distances: [TensorAxis: [Double]] = [:]
  /// What is odd about tensors, in words.
  private(set) var warnings: [String] = []

  private struct Job {
    let weight: WeightStream
    let axes: [Int]
    let reduction: AxisReduction
  }

  /// Reads the tensors that the axes belong to; those whose contents do not fit are left out.
  init(
    of axes: Set<TensorAxis>, in model: Model, _ weights: [TensorID: PrunableWeight],
    measuring measures: Set<ChannelMeasure>, threads: Int, stretchSize: Int = 1 << 22
  ) throws {
    self.stretchSize = stretchSize
    let byTensor = Dictionary(grouping: axes, by: \.tensor).mapValues { $0.map(\.axis).sorted() }
    var jobs: [Job] = []
    for (id, axes) in byTensor.sorted(by: { $0.key < $1.key }) {
      let shape = model[id].shape
      guard model[id].contentsRefusal == nil, shape.elementCount > 0 else { continue }
      let values = try quantization(of: id, weights[id], in: model)
      jobs.append(
        Job(
          weight: WeightStream(id, of: model, quantization: values), axes: axes,
          reduction: AxisReduction(shape.dimensions, to: axes)))
    }
    if measures.contains(.sums) { try sum(jobs, threads) }
    if measures.contains(.distances) { try measure(jobs, threads) }
  }

  private mutating func quantization(
    of id: TensorID, _ weight: PrunableWeight?, in model: Model
  ) throws -> QuantizationValues? {
    do {
      return try weight?.quantization.map { try QuantizationValues($0, of: model) }
    } catch let refusal as WeightRefusal {
      warnings.append(
        "tensor \"\(model[id].name.escaped)\" is judged by its stored integers: \(refusal.reason)")
      return nil
    }
  }

  private mutating func sum(_ jobs: [Job], _ threads: Int) throws {
    let stretches = jobs.indices.flatMap { job in
      jobs[job].weight.pieces(of: 0..<jobs[job].weight.count, size: stretchSize).map {
        (job: job, range: $0)
      }
    }
    var totals = jobs.map { PositionSums(count: $0.reduction.count) }
    try OrderedPipeline.run(
      sizes: stretches.map { $0.range.count }, threads: threads, workspace: { ValueBuffer() },
      produce: { index, buffer in
        let job = jobs[stretches[index].job]
        var sums = PositionSums(count: job.reduction.count)
        for piece in job.weight.pieces(of: stretches[index].range) {
          try buffer.withValues(of: piece, in: job.weight, signs: false) {
            job.reduction.add($0, from: piece.lowerBound, to: &sums)
          }
        }
        return sums
      },
      consume: { index, sums in totals[stretches[index].job].add(sums) })
    for (job, total) in zip(jobs, totals) {
      for (axis, place) in zip(job.axes, job.reduction.axes) {
        sums[TensorAxis(tensor: job.weight.tensor, axis: axis)] = total.part(place)
      }
    }
  }

  private mutating func measure(_ jobs: [Job], _ threads: Int) throws {
    try OrderedPipeline.run(
      sizes: jobs.map(\.weight.count), threads: threads, workspace: { ValueBuffer() },
      produce: { index, buffer in
        try jobs[index].reduction.axes.map {
          try FilterDistances(of: jobs[index].weight, along: $0, buffer).distances
        }
      },
      consume: { index, found in
        for (axis, distances) in zip(jobs[index].axes, found) {
          self.distances[TensorAxis(tensor: jobs[index].weight.tensor, axis: axis)] = distances
        }
      })
  }
}

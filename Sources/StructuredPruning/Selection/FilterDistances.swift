internal import Pruning

/// How far each position of an axis is from the mean of all positions: the sum of squared
/// differences over everything beside the axis.
///
/// The weight is read twice. Memory is that of one filter.
struct FilterDistances {
  let axis: AxisReduction.Axis
  private var mean: [Double]
  private(set) var distances: [Double]

  /// Measures a weight.
  init(of weight: WeightStream, along axis: AxisReduction.Axis, _ buffer: ValueBuffer) throws {
    self.axis = axis
    mean = Array(repeating: 0, count: weight.count / axis.length)
    distances = Array(repeating: 0, count: axis.length)
    for piece in weight.pieces(of: 0..<weight.count) {
      try buffer.withValues(of: piece, in: weight) { addToMean($0, from: piece.lowerBound) }
    }
    for index in mean.indices { mean[index] /= Double(axis.length) }
    for piece in weight.pieces(of: 0..<weight.count) {
      try buffer.withValues(of: piece, in: weight) { addDistances($0, from: piece.lowerBound) }
    }
  }

  private mutating func addToMean(_ values: UnsafeBufferPointer<Float>, from start: Int) {
    mean.withUnsafeMutableBufferPointer { mean in
      Self.forEachRun(start, values.count, axis) { run in
        if axis.stride > 1 {
          for index in 0..<run.count {
            mean[run.filter + index] += Double(values[run.first + index])
          }
        } else {
          var sum = 0.0
          for index in 0..<run.count { sum += Double(values[run.first + index]) }
          mean[run.filter] += sum
        }
      }
    }
  }

  private mutating func addDistances(_ values: UnsafeBufferPointer<Float>, from start: Int) {
    mean.withUnsafeBufferPointer { mean in
      distances.withUnsafeMutableBufferPointer { distances in
        Self.forEachRun(start, values.count, axis) { run in
          if axis.stride > 1 {
            var sum = 0.0
            for index in 0..<run.count {
              let difference = Double(values[run.first + index]) - mean[run.filter + index]
              sum += difference * difference
            }
            distances[run.position] += sum
          } else {
            let center = mean[run.filter]
            for index in 0..<run.count {
              let difference = Double(values[run.first + index]) - center
              distances[run.position + index] += difference * difference
            }
          }
        }
      }
    }
  }

  /// Neighbours that belong to one position, or, where the axis is innermost, to one row of it.
  private struct Run {
    /// The place among the values at hand.
    let first: Int
    let count: Int
    /// The position of the first element on the axis.
    let position: Int
    /// The place of the first element in a filter.
    let filter: Int
  }

  @inline(__always)
  private static func forEachRun(
    _ start: Int, _ count: Int, _ axis: AxisReduction.Axis, _ body: (Run) -> Void
  ) {
    let length = axis.stride > 1 ? axis.stride : axis.length
    var element = start
    while element < start + count {
      let end = min(start + count, (element / length + 1) * length)
      let outer = element / (axis.stride * axis.length)
      body(
        Run(
          first: element - start, count: end - element,
          position: element / axis.stride % axis.length,
          filter: outer * axis.stride + element % axis.stride))
      element = end
    }
  }
}

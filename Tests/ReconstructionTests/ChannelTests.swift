import LinearAlgebra
import Testing

@testable import Reconstruction

/// A layer that reads channels of `taps` inputs each.
private func sampleReader(
  rows: Int, channels: Int, taps: Int, seed: UInt64, gram: Matrix? = nil
) -> ChannelProblem.Consumer {
  let columns = channels * taps
  let problem =
    gram.map { LayerProblem(dense: sampleWeights(rows, columns, seed), gram: $0) }
    ?? sampleProblem(rows: rows, columns: columns, seed: seed)
  return ChannelProblem.Consumer(
    problem: problem,
    columns: (0..<channels).map { Array($0 * taps..<($0 + 1) * taps) },
    outputWeights: (0..<rows).map { 0.5 + Double($0) },
    zeroShares: (0..<columns).map { Double($0 % 5) / 5 })
}

private func sampleWeights(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
  var numbers = SampleNumbers(seed: seed)
  return numbers.matrix(rows, columns)
}

extension LayerProblem {
  /// A problem of inputs with a given covariance, whose outputs are what the weights give.
  fileprivate init(dense: Matrix, gram: Matrix) {
    // Samples with just that covariance: the rows of a root of it, and their negatives.
    let samples = Cholesky(gram)?.triangle.transposed ?? gram
    let scale = Double(samples.rows).squareRoot()
    var moments = LayerMoments(inputs: gram.rows, outputs: dense.rows)
    for sign in [scale, -scale] {
      let inputs = Matrix(
        rows: samples.rows, columns: samples.columns, samples.values.map { sign * $0 })
      moments.add(inputs: inputs, outputs: Matrix.product(.plain(inputs), .transposed(dense)))
    }
    self.init(dense: dense, moments: moments, damping: 0)
  }
}

/// What is lost without some channels when each row is solved anew, by the definition.
private func lossByDefinition(_ problem: ChannelProblem, without gone: [Int]) -> Double {
  problem.consumers.reduce(0) { total, consumer in
    let lost = Set(gone.flatMap { consumer.columns[$0] })
    let kept = (0..<consumer.problem.columns).filter { !lost.contains($0) }
    return (0..<consumer.problem.rows).reduce(total) { sum, row in
      // tr(W A W^T) - B_S A_SS^-1 B_S^T, the variance less what the columns S explain.
      let target = Array(consumer.problem.target.row(row))
      let whole = explained(consumer.problem.gram, target, Array(target.indices))
      let left = explained(consumer.problem.gram, target, kept)
      return sum + consumer.outputWeights[row] * (whole - left)
    }
  }
}

private func explained(_ gram: Matrix, _ target: [Double], _ columns: [Int]) -> Double {
  guard !columns.isEmpty, let factor = Cholesky(gram.submatrix(columns)) else { return 0 }
  let side = columns.map { target[$0] }
  return zip(factor.solution(of: side), side).reduce(0) { $0 + $1.0 * $1.1 }
}

@Suite struct ChannelTests {
  private static let problem = ChannelProblem(
    [
      sampleReader(rows: 4, channels: 6, taps: 3, seed: 1),
      sampleReader(rows: 3, channels: 6, taps: 1, seed: 2),
    ], channelCount: 6)

  @Test("Names are unique, and those of no other criterion")
  func names() {
    #expect(Set(CalibratedChannelCriteria.names).count == CalibratedChannelCriteria.all.count)
    #expect(CalibratedChannelCriteria.all.allSatisfy { !$0.summary.isEmpty })
  }

  @Test(
    "Every criterion orders all channels, and losses never fall",
    arguments: CalibratedChannelCriteria.names)
  func paths(name: String) throws {
    let criterion = try #require(CalibratedChannelCriteria.all.first { $0.name == name })
    let path = try #require(criterion.path(of: Self.problem))
    #expect(path.order.sorted() == Array(0..<6))
    #expect(path.losses.count == 7 && path.losses[0] == 0)
    #expect(zip(path.losses, path.losses.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("The loss on the way is that of least squares without the channels")
  func losses() throws {
    let path = try #require(Self.problem.path(in: [3, 0, 5, 1, 4, 2]))
    for count in 0...6 {
      let expected = lossByDefinition(Self.problem, without: Array(path.order.prefix(count)))
      #expect(abs(path.losses[count] - expected) <= 1e-8 * max(1, expected), "\(count)")
    }
  }

  @Test("What makes up for channels that are gone is least squares on the others, row by row")
  func fit() throws {
    for consumer in Self.problem.consumers {
      let gone = Set([1, 4].flatMap { consumer.columns[$0] })
      var left = consumer.problem.dense
      for row in 0..<left.rows { for column in gone { left[row, column] = 0 } }
      let expected = consumer.problem.refit(on: Support(of: left))
      let fit = try #require(consumer.fit(without: [4, 1]))
      for (one, other) in zip(fit.weights.values, expected.values) {
        #expect(abs(one - other) < 1e-9)
      }
      #expect(gone.allSatisfy { fit.weights[0, $0] == 0 })
      #expect(fit.bias == consumer.problem.bias(for: fit.weights))
    }
  }

  @Test("Elimination takes the cheapest channel at each step")
  func elimination() throws {
    let path = try #require(Self.problem.cheapestPath)
    for step in 0..<6 {
      let gone = Array(path.order.prefix(step))
      let rest = (0..<6).filter { !gone.contains($0) }
      let losses = rest.map { lossByDefinition(Self.problem, without: gone + [$0]) }
      let best = try #require(rest.indices.min { losses[$0] < losses[$1] })
      #expect(path.order[step] == rest[best], "\(step)")
    }
  }

  @Test("Elimination loses no more than the best of all pairs by half")
  func greed() throws {
    let path = try #require(Self.problem.cheapestPath)
    let pairs = (0..<6).flatMap { first in (first + 1..<6).map { [first, $0] } }
    let best = pairs.map { lossByDefinition(Self.problem, without: $0) }.min() ?? 0
    #expect(path.losses[2] >= best * (1 - 1e-9) && path.losses[2] <= 1.5 * best)
  }

  @Test("With inputs that do not depend on each other channels go by the norms of their weights")
  func identity() throws {
    let reader = sampleReader(rows: 4, channels: 5, taps: 2, seed: 7, gram: .diagonal(10))
    let problem = ChannelProblem([reader], channelCount: 5)
    let norms = reader.columns.map { columns in
      columns.reduce(0.0) { sum, column in
        reader.outputWeights.enumerated().reduce(sum) {
          let weight = reader.problem.dense[$1.offset, column]
          return $0 + $1.element * weight * weight
        }
      }
    }
    let order = norms.indices.sorted { norms[$0] < norms[$1] }
    for name in ["obs", "flap", "thinet"] {
      let criterion = try #require(CalibratedChannelCriteria.all.first { $0.name == name })
      let path = try #require(criterion.path(of: problem))
      #expect(path.order == order, "\(name)")
      let sum = order.prefix(3).reduce(0) { $0 + norms[$1] }
      #expect(abs(path.losses[3] - sum) < 1e-9 * sum)
    }
  }

  @Test("Zeros, energy and regression put in front what nobody needs")
  func scores() throws {
    // Channel 2 is always zero, channel 4 adds nothing to any output.
    var gram = Matrix.diagonal(5)
    gram[2, 2] = 1e-9
    var dense = sampleWeights(3, 5, 9)
    for row in 0..<3 { dense[row, 4] = 0 }
    let reader = ChannelProblem.Consumer(
      problem: LayerProblem(dense: dense, gram: gram), columns: (0..<5).map { [$0] },
      outputWeights: [1, 1, 1], zeroShares: [0.5, 0.2, 1, 0.1, 0])
    let problem = ChannelProblem([reader], channelCount: 5)
    #expect(ZeroShareCriterion().path(of: problem)?.order == [2, 0, 1, 3, 4])
    #expect(EnergyCriterion().path(of: problem)?.order.first == 2)
    let regression = try #require(RegressionCriterion().path(of: problem))
    #expect(Set(regression.order.prefix(2)) == [2, 4])
  }

  @Test("Channels that say the same make up for each other")
  func copies() throws {
    // The second channel is the first, but for damping.
    var gram = Matrix.diagonal(4)
    (gram[0, 1], gram[1, 0]) = (1 - 1e-9, 1 - 1e-9)
    let reader = sampleReader(rows: 3, channels: 4, taps: 1, seed: 3, gram: gram)
    let path = try #require(ChannelProblem([reader], channelCount: 4).cheapestPath)
    #expect([0, 1].contains(path.order[0]))
    #expect(path.losses[1] < 1e-6 * path.losses[4])
  }
}

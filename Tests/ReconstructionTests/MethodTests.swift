import LinearAlgebra
import Testing

@testable import Reconstruction

/// Reproducible numbers, nearly normal.
struct SampleNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> Double {
    (0..<4).reduce(0.0) { sum, _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return sum + Double(state >> 11) / Double(1 << 53) - 0.5
    }
  }

  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in next() })
  }
}

/// A layer whose inputs depend on each other, as those of real layers do.
func sampleProblem(
  rows: Int, columns: Int, seed: UInt64, samples: Int = 600, damping: Double = 1e-4
) -> LayerProblem {
  var numbers = SampleNumbers(seed: seed)
  let weights = numbers.matrix(rows, columns)
  let mixing = numbers.matrix(columns, columns)
  var inputs = Matrix.product(.plain(numbers.matrix(samples, columns)), .plain(mixing))
  for index in inputs.values.indices { inputs.values[index] = max(0, inputs.values[index]) }
  let outputs = Matrix.product(.plain(inputs), .transposed(weights))
  var moments = LayerMoments(inputs: columns, outputs: rows)
  moments.add(inputs: inputs, outputs: outputs)
  return LayerProblem(dense: weights, moments: moments, damping: damping)
}

@Suite struct MethodTests {
  static let methodNames = ReconstructionMethods.all.map(\.name)

  private func method(_ name: String) throws -> any ReconstructionMethod {
    try #require(ReconstructionMethods.all.first { $0.name == name })
  }

  @Test("Names are unique and none is without a summary")
  func names() {
    #expect(Set(Self.methodNames).count == Self.methodNames.count)
    #expect(ReconstructionMethods.all.allSatisfy { !$0.summary.isEmpty })
  }

  @Test("Every method meets every goal exactly", arguments: methodNames)
  func counts(name: String) throws {
    let method = try method(name)
    let problem = sampleProblem(rows: 6, columns: 16, seed: 3)
    for zeros in [0, 1, 31, 48, 95, 96] {
      let pruned = method.prune(problem, .zeros(zeros))
      #expect(pruned.values.count { $0 == 0 } == zeros, "\(zeros)")
    }
    for zeros in [0, 5, 16] {
      let pruned = method.prune(problem, .zerosInEachRow(zeros))
      #expect((0..<6).allSatisfy { pruned.row($0).count { $0 == 0 } == zeros })
    }
    // Groups along a stride of four, as those of convolutions are.
    let groups = (0..<4).map { start in (0..<4).map { start + 4 * $0 } }
    let pruned = method.prune(problem, .groups(groups, kept: 2))
    for row in 0..<6 {
      for group in groups { #expect(group.count { pruned[row, $0] == 0 } == 2) }
    }
  }

  @Test("A refit is never worse than the weights it starts from", arguments: methodNames)
  func refits(name: String) throws {
    let method = try method(name)
    for seed in 1...5 as ClosedRange<UInt64> {
      let problem = sampleProblem(rows: 5, columns: 24, seed: seed)
      for zeros in [30, 60, 90, 110] {
        let pruned = method.prune(problem, .zeros(zeros))
        let refit = problem.refit(on: Support(of: pruned))
        let (before, after) = (problem.relativeError(of: pruned), problem.relativeError(of: refit))
        #expect(after <= before * (1 + 1e-9) + 1e-12)
      }
    }
  }

  @Test("Better methods leave smaller errors on average")
  func ranking() throws {
    var errors: [String: Double] = [:]
    for seed in 1...3 as ClosedRange<UInt64> {
      let problem = sampleProblem(rows: 4, columns: 64, seed: seed, samples: 300)
      for name in Self.methodNames {
        let pruned = try method(name).prune(problem, .zerosInEachRow(40))
        errors[name, default: 0] += problem.relativeError(of: pruned)
        let refit = problem.refit(on: Support(of: pruned))
        errors[name + " refit", default: 0] += problem.relativeError(of: refit)
      }
    }
    func error(_ name: String) throws -> Double { try #require(errors[name]) }
    #expect(try error("obs") < error("sparsegpt"))
    #expect(try error("sparsegpt") < error("wanda"))
    #expect(try error("admm refit") < error("sparsegpt refit"))
    #expect(try error("admm refit") < error("magnitude refit"))
  }

  @Test("With inputs that do not depend on each other, SparseGPT is magnitude pruning by blocks")
  func identity() throws {
    var numbers = SampleNumbers(seed: 4)
    let weights = numbers.matrix(5, 12)
    // Every input alone, with both signs: means of zero, a covariance that is a multiple of one.
    var inputs = Matrix(rows: 24, columns: 12)
    for column in 0..<12 {
      inputs[2 * column, column] = 3
      inputs[2 * column + 1, column] = -3
    }
    var moments = LayerMoments(inputs: 12, outputs: 5)
    moments.add(inputs: inputs, outputs: .product(.plain(inputs), .transposed(weights)))
    let problem = LayerProblem(dense: weights, moments: moments, damping: 0)
    let pruned = SparseGPT(blockSize: 4).prune(problem, .zeros(30))
    for block in 0..<3 {
      let columns = block * 4..<block * 4 + 4
      var scores = weights.part(0..<5, columns)
      for index in scores.values.indices { scores.values[index] = abs(scores.values[index]) }
      let expected = Support(largest: scores, .zeros(10))
      #expect(Support(of: pruned.part(0..<5, columns)) == expected)
    }
    #expect(zip(pruned.values, weights.values).allSatisfy { $0 == 0 || abs($0 - $1) < 1e-12 })
  }

  @Test("OBS on two weights removes what exhaustive search removes")
  func exhaustive() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let problem = sampleProblem(rows: 1, columns: 5, seed: seed, damping: 0)
      let one = problem.relativeError(of: OptimalBrainSurgeon().prune(problem, .zeros(1)))
      let best = (0..<5).map { column -> Double in
        var support = Support(rows: 1, columns: 5)
        support.leaveOut(column)
        return problem.relativeError(of: problem.refit(on: support))
      }.min()
      #expect(abs(one - (try #require(best))) < 1e-9)
    }
  }

  @Test("The order of samples and how they are split does not matter")
  func additivity() throws {
    var numbers = SampleNumbers(seed: 9)
    let (inputs, outputs) = (numbers.matrix(90, 7), numbers.matrix(90, 3))
    var whole = LayerMoments(inputs: 7, outputs: 3)
    whole.add(inputs: inputs, outputs: outputs)
    var parts = LayerMoments(inputs: 7, outputs: 3)
    for rows in [50..<90, 0..<20, 20..<50] {
      var part = LayerMoments(inputs: 7, outputs: 3)
      part.add(inputs: inputs.part(rows, 0..<7), outputs: outputs.part(rows, 0..<3))
      parts.add(part)
    }
    #expect(parts.count == whole.count)
    let dense = numbers.matrix(3, 7)
    let problems = [whole, parts].map { LayerProblem(dense: dense, moments: $0, damping: 1e-3) }
    let refits = problems.map { $0.refit(on: Support(largest: dense, .zeros(9))) }
    #expect(zip(refits[0].values, refits[1].values).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("Other outputs for the same inputs are as good as a new start")
  func otherOutputs() {
    var numbers = SampleNumbers(seed: 11)
    let (inputs, outputs) = (numbers.matrix(40, 7), numbers.matrix(40, 3))
    var fresh = LayerMoments(inputs: 7, outputs: 3)
    fresh.add(inputs: inputs, outputs: outputs)
    var changed = LayerMoments(inputs: 7, outputs: 3)
    changed.add(inputs: inputs, outputs: numbers.matrix(40, 3))
    changed.removeOutputs()
    changed.add(outputs: outputs, ofInputs: inputs)
    let dense = numbers.matrix(3, 7)
    let problems = [fresh, changed].map { LayerProblem(dense: dense, moments: $0, damping: 1e-3) }
    #expect(problems[0].best == problems[1].best)
    #expect(problems[0].bias(for: dense) == problems[1].bias(for: dense))
    #expect(problems[0].relativeError(of: dense) == problems[1].relativeError(of: dense))
  }

  @Test("Inputs that never change cost nothing and break nothing", arguments: methodNames)
  func dead(name: String) throws {
    let moments = LayerMoments(inputs: 4, outputs: 2)
    let dense = Matrix(rows: 2, columns: 4, [1, -2, 3, -4, 5, -6, 7, -8])
    let problem = LayerProblem(dense: dense, moments: moments, damping: 1e-2)
    let pruned = try method(name).prune(problem, .zeros(4))
    #expect(pruned.values.count { $0 == 0 } == 4)
    #expect(pruned.values.allSatisfy { $0.isFinite })
  }
}

@Suite struct LayerProblemTests {
  @Test(
    "The error of weights is the mean squared error of their outputs with the best bias, or none",
    arguments: [true, false])
  func error(hasBias: Bool) {
    var numbers = SampleNumbers(seed: 2)
    let (inputs, outputs) = (numbers.matrix(40, 6), numbers.matrix(40, 3))
    var moments = LayerMoments(inputs: 6, outputs: 3)
    moments.add(inputs: inputs, outputs: outputs)
    let problem = LayerProblem(
      dense: numbers.matrix(3, 6), moments: moments, damping: 0, hasBias: hasBias)
    let weights = numbers.matrix(3, 6)
    #expect((problem.bias(for: weights) != nil) == hasBias)
    let bias = problem.bias(for: weights) ?? [0, 0, 0]
    let means = hasBias ? moments.outputMeans : [0, 0, 0]
    let found = Matrix.product(.plain(inputs), .transposed(weights))
    var (error, variance) = (0.0, 0.0)
    for row in 0..<40 {
      for column in 0..<3 {
        let difference = found[row, column] + bias[column] - outputs[row, column]
        error += difference * difference
        variance += (outputs[row, column] - means[column]) * (outputs[row, column] - means[column])
      }
    }
    #expect(abs(problem.relativeError(of: weights) - error / variance) < 1e-12)
    #expect(problem.relativeError(of: problem.best) <= error / variance)
  }

  @Test("The smallest numbers are those a sort finds, the earlier of equal ones first")
  func smallestNumbers() {
    var numbers = SampleNumbers(seed: 7)
    for size in [1, 2, 10, 333] {
      let values = (0..<size).map { _ in (abs(numbers.next()) * 20).rounded() / 20 }
      for count in [0, 1, size / 3, size / 2, size - 1, size, size + 3] {
        let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.prefix(count)
        #expect(smallest(count, of: values).sorted() == expected.sorted())
      }
    }
  }
}

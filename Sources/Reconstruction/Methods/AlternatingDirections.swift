public import LinearAlgebra

/// Weights and their zeros are sought in turn, drawn together more and more.
///
/// Meng et al., "ALPS: Improved Optimization for Highly Sparse One-Shot Pruning for Large Language
/// Models" (NeurIPS 2024), algorithm 1: the alternating direction method of multipliers on inputs
/// scaled to equal variance.
public struct AlternatingDirections: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "admm"
  /// One line for the help text.
  public let summary = "weights and zeros sought in turn until they agree"

  /// Steps after which the weights are taken as they are.
  private let largestStepCount: Int

  /// Makes the method; it takes at most so many steps.
  public init(steps: Int = 300) {
    largestStepCount = steps
  }

  /// Prunes until the zeros do not change any more.
  ///
  /// Weights whose inputs have no usable covariance are pruned by `ActivationMagnitude`.
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    let scales = problem.gram.diagonal.map { 1 / max($0, .leastNormalMagnitude).squareRoot() }
    var state = AlternatingState(problem, goal, scales)
    for step in 1...max(1, largestStepCount) {
      guard state.advance() else { return ActivationMagnitude().prune(problem, goal) }
      if step % AlternatingState.checkInterval == 0, !state.tighten() { break }
    }
    var result = state.sparse
    for row in 0..<result.rows {
      for column in 0..<result.columns { result[row, column] *= scales[column] }
    }
    return result
  }
}

/// Where the search stands, in scaled inputs: their covariance has ones on its diagonal.
private struct AlternatingState {
  /// Steps between two looks at how much the zeros change.
  static let checkInterval = 3

  private let gram: Matrix
  private let target: Matrix
  private let goal: SparsityGoal
  private var penalty = 0.1
  private var factor: Cholesky?
  private var duals: Matrix
  /// The weights with zeros.
  private(set) var sparse: Matrix
  private var support: Support
  private var checkedSupport: Support

  init(_ problem: LayerProblem, _ goal: SparsityGoal, _ scales: [Double]) {
    var (gram, target, sparse) = (problem.gram, problem.target, problem.dense)
    for row in 0..<gram.rows {
      for column in 0..<gram.columns { gram[row, column] *= scales[row] * scales[column] }
    }
    for row in 0..<target.rows {
      for column in 0..<target.columns {
        target[row, column] *= scales[column]
        sparse[row, column] /= scales[column]
      }
    }
    (self.gram, self.target, self.sparse, self.goal) = (gram, target, sparse, goal)
    duals = Matrix(rows: target.rows, columns: target.columns)
    support = Support(rows: target.rows, columns: target.columns)
    checkedSupport = support
  }

  /// One step: V = (B - U + r D) (A + r I)^-1, D = the largest of V + U / r, U += r (V - D).
  ///
  /// False when the covariance has no factor.
  mutating func advance() -> Bool {
    if factor == nil {
      var damped = gram
      for index in 0..<gram.rows { damped[index, index] += penalty }
      factor = Cholesky(damped)
    }
    guard let factor else { return false }
    var weights = target
    for index in weights.values.indices {
      weights.values[index] += penalty * sparse.values[index] - duals.values[index]
    }
    factor.solve(rows: &weights)
    var wanted = weights
    var scores = weights
    for index in wanted.values.indices {
      wanted.values[index] += duals.values[index] / penalty
      scores.values[index] = abs(wanted.values[index])
    }
    support = Support(largest: scores, goal)
    sparse = support.applied(to: wanted)
    for index in duals.values.indices {
      duals.values[index] += penalty * (weights.values[index] - sparse.values[index])
    }
    return true
  }

  /// Draws harder the more the zeros still change; false when they do not.
  mutating func tighten() -> Bool {
    var changes = 0
    for index in support.isKept.indices
    where support.isKept[index] != checkedSupport.isKept[index] { changes += 1 }
    checkedSupport = support
    guard changes > 0 else { return false }
    let share = Double(changes) / Double(max(1, support.isKept.count - support.zeroCount))
    penalty *= share >= 0.1 ? 1.3 : share >= 0.005 ? 1.2 : 1.1
    factor = nil
    return true
  }
}

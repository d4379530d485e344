public import LinearAlgebra

/// Weights go one at a time, those first whose loss the others of their row make up for best.
///
/// Frantar and Alistarh, "Optimal Brain Compression" (NeurIPS 2022): greedy OBS in every row; the rows
/// share the zeros by their losses. Takes a time that grows with the fourth power of the size: for
/// layers of up to about a thousand inputs.
public struct OptimalBrainSurgeon: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "obs"
  /// One line for the help text.
  public let summary = "one weight at a time, the others making up for it"

  /// Makes the method.
  public init() {}

  /// Prunes greedily.
  ///
  /// Weights whose inputs have no usable covariance are pruned by `ActivationMagnitude`.
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    guard let inverse = Cholesky(problem.gram)?.inverse else {
      return ActivationMagnitude().prune(problem, goal)
    }
    let best = problem.best
    let traces = (0..<problem.rows).map { row in
      EliminationTrace(Array(best.row(row)), inverse, goal)
    }
    var support = Support(rows: problem.rows, columns: problem.columns)
    for (row, count) in counts(of: traces, goal).enumerated() {
      for column in traces[row].order.prefix(count) {
        support.leaveOut(row * problem.columns + column)
      }
    }
    // What OBS makes of the others in the end is the least-squares solution.
    return problem.refit(on: support)
  }

  /// How many weights each row loses: always the one next whose loss is smallest.
  private func counts(of traces: [EliminationTrace], _ goal: SparsityGoal) -> [Int] {
    guard case .zeros(let zeros) = goal else { return traces.map(\.order.count) }
    var counts = [Int](repeating: 0, count: traces.count)
    for _ in 0..<zeros {
      var next: (row: Int, loss: Double)?
      for (row, trace) in traces.enumerated() where counts[row] < trace.losses.count {
        let loss = trace.losses[counts[row]]
        if loss < next?.loss ?? .infinity { next = (row, loss) }
      }
      guard let next else { break }
      counts[next.row] += 1
    }
    return counts
  }
}

/// The order in which a row loses its weights, and what each costs.
private struct EliminationTrace {
  private(set) var order: [Int] = []
  private(set) var losses: [Double] = []

  init(_ row: [Double], _ inverse: Matrix, _ goal: SparsityGoal) {
    var (weights, inverse) = (row, inverse)
    var quota = Quota(goal, row.count)
    while let (column, loss) = Self.cheapest(weights, inverse, quota) {
      quota.use(column)
      order.append(column)
      losses.append(loss)
      Self.eliminate(column, &weights, &inverse)
    }
  }

  private static func cheapest(
    _ weights: [Double], _ inverse: Matrix, _ quota: Quota
  ) -> (column: Int, loss: Double)? {
    var best: (column: Int, loss: Double)?
    for column in weights.indices where quota.allows(column) {
      let loss = weights[column] * weights[column] / inverse[column, column]
      if loss < best?.loss ?? .infinity { best = (column, loss) }
    }
    return best
  }

  /// Takes a weight away: w -= w[p] / I[p, p] I[:, p], I -= I[:, p] I[p, :] / I[p, p].
  private static func eliminate(_ column: Int, _ weights: inout [Double], _ inverse: inout Matrix) {
    let size = weights.count
    let line = Array(inverse.row(column))
    let pivot = line[column]
    let change = weights[column] / pivot
    for other in 0..<size { weights[other] -= change * line[other] }
    inverse.values.withUnsafeMutableBufferPointer { values in
      line.withUnsafeBufferPointer { line in
        for row in 0..<size where line[row] != 0 {
          let factor = line[row] / pivot
          for other in 0..<size { values[row &* size &+ other] -= factor * line[other] }
        }
      }
    }
    weights[column] = 0
  }

  /// Which weights may still go.
  private struct Quota {
    private var isLeft: [Bool]
    private var total: Int
    /// For each column its group, and how many of each group may still go.
    private var groupOf: [Int?]
    private var left: [Int] = []

    init(_ goal: SparsityGoal, _ columns: Int) {
      isLeft = [Bool](repeating: true, count: columns)
      groupOf = [Int?](repeating: nil, count: columns)
      switch goal {
      case .zeros: total = columns
      case .zerosInEachRow(let zeros): total = zeros
      case .groups(let groups, let kept):
        left = groups.map { $0.count - kept }
        total = left.reduce(0, +)
        isLeft = [Bool](repeating: false, count: columns)
        for (group, members) in groups.enumerated() {
          for column in members { (groupOf[column], isLeft[column]) = (group, true) }
        }
      }
    }

    func allows(_ column: Int) -> Bool {
      total > 0 && isLeft[column] && groupOf[column].map { left[$0] > 0 } ?? true
    }

    mutating func use(_ column: Int) {
      total -= 1
      isLeft[column] = false
      if let group = groupOf[column] { left[group] -= 1 }
    }
  }
}

public import LinearAlgebra

/// Columns are pruned from left to right, and what each loses is made up for by those behind it.
///
/// Frantar and Alistarh, "SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot"
/// (ICML 2023), algorithm 1.
public struct SparseGPT: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "sparsegpt"
  /// One line for the help text.
  public let summary = "column by column, each making up for those before it"

  /// Columns whose weights compete with each other.
  private let blockSize: Int

  /// Makes the method; `blockSize` columns share their zeros.
  public init(blockSize: Int = 128) {
    self.blockSize = blockSize
  }

  /// Prunes in the order of the columns, or of the groups where the goal has some.
  ///
  /// Weights whose inputs have no usable covariance are pruned by `ActivationMagnitude`.
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    let order = columnOrder(goal, problem.columns)
    let gram = problem.gram.submatrix(order)
    guard let inverse = Cholesky(gram)?.inverse, let factor = Cholesky(inverse)?.triangle else {
      return ActivationMagnitude().prune(problem, goal)
    }
    let best = problem.best
    var weights = Matrix(rows: problem.rows, columns: problem.columns)
    for row in 0..<problem.rows {
      for (place, column) in order.enumerated() { weights[row, place] = best[row, column] }
    }
    var sweep = SparseGPTSweep(weights, factor, goal, blockSize: blockSize)
    sweep.run()
    var result = weights
    for row in 0..<problem.rows {
      for (place, column) in order.enumerated() { result[row, column] = sweep.weights[row, place] }
    }
    return result
  }

  private func columnOrder(_ goal: SparsityGoal, _ columns: Int) -> [Int] {
    guard case .groups(let groups, _) = goal else { return Array(0..<columns) }
    let grouped = groups.flatMap(\.self)
    let known = Set(grouped)
    return grouped + (0..<columns).filter { !known.contains($0) }
  }
}

/// One way through the columns.
private struct SparseGPTSweep {
  var weights: Matrix
  /// L of the inverse covariance L L^T: column i below the diagonal says what becomes of the columns
  /// behind i when it changes.
  private let factor: Matrix
  private let goal: SparsityGoal
  private let blockSize: Int
  /// The size of the groups, when they are the goal; they stand first.
  private let group: (size: Int, kept: Int, columns: Int)?

  init(_ weights: Matrix, _ factor: Matrix, _ goal: SparsityGoal, blockSize: Int) {
    self.weights = weights
    self.factor = factor
    self.goal = goal
    if case .groups(let groups, let kept) = goal, let size = groups.first?.count {
      group = (size, kept, groups.count * size)
      self.blockSize = max(1, blockSize / size) * size
    } else {
      group = nil
      self.blockSize = blockSize
    }
  }

  mutating func run() {
    let columns = weights.columns
    for start in stride(from: 0, to: columns, by: blockSize) {
      let block = start..<min(start + blockSize, columns)
      var support = Support(rows: weights.rows, columns: block.count)
      if group == nil { support = chosen(in: block) }
      var errors = Matrix(rows: weights.rows, columns: block.count)
      for column in block {
        if let group, column < group.columns, column % group.size == 0 {
          choose(column..<column + group.size, kept: group.kept, in: &support, from: start)
        }
        prune(column, support, block, &errors)
      }
      passOn(errors, from: block)
    }
  }

  /// What the block's share of the zeros leaves.
  private func chosen(in block: Range<Int>) -> Support {
    let scores = self.scores(in: block)
    func share(_ count: Int, _ unit: Int) -> Int {
      count * block.upperBound / unit - count * block.lowerBound / unit
    }
    switch goal {
    case .zeros(let zeros):
      return Support(largest: scores, .zeros(share(zeros, weights.columns)))
    case .zerosInEachRow(let zeros):
      return Support(largest: scores, .zerosInEachRow(share(zeros, weights.columns)))
    case .groups: return Support(rows: weights.rows, columns: block.count)
    }
  }

  private func choose(
    _ columns: Range<Int>, kept: Int, in support: inout Support, from start: Int
  ) {
    let chosen = Support(
      largest: scores(in: columns), .groups([Array(0..<columns.count)], kept: kept))
    for row in 0..<weights.rows {
      for column in columns where !chosen.isKept[row * columns.count + column - columns.lowerBound]
      {
        support.leaveOut(row * support.columns + column - start)
      }
    }
  }

  /// What the error grows by when a weight goes: w^2 / L[j, j]^2.
  private func scores(in columns: Range<Int>) -> Matrix {
    var scores = Matrix(rows: weights.rows, columns: columns.count)
    for row in 0..<weights.rows {
      for (place, column) in columns.enumerated() {
        let share = weights[row, column] / factor[column, column]
        scores[row, place] = share * share
      }
    }
    return scores
  }

  /// Zeros the weights of a column that go, and changes those behind it in the block.
  private mutating func prune(
    _ column: Int, _ support: Support, _ block: Range<Int>, _ errors: inout Matrix
  ) {
    for row in 0..<weights.rows {
      guard !support.isKept[row * block.count + column - block.lowerBound] else { continue }
      let error = weights[row, column] / factor[column, column]
      errors[row, column - block.lowerBound] = error
      weights[row, column] = 0
      for other in column + 1..<max(column + 1, block.upperBound) {
        weights[row, other] -= error * factor[other, column]
      }
    }
  }

  /// Changes the columns behind a block by what it lost.
  private mutating func passOn(_ errors: Matrix, from block: Range<Int>) {
    let behind = block.upperBound..<weights.columns
    guard !behind.isEmpty else { return }
    weights.subtract(.plain(errors), times: .transposed(factor.part(behind, block)), from: behind)
  }
}

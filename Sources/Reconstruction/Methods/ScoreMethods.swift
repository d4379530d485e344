public import LinearAlgebra

/// The smallest weights go.
public struct WeightMagnitude: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "magnitude"
  /// One line for the help text.
  public let summary = "the smallest weights go"

  /// Makes the method.
  public init() {}

  /// Zeros the weights with the smallest magnitudes.
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    var scores = problem.dense
    for index in scores.values.indices { scores.values[index] = abs(scores.values[index]) }
    return Support(largest: scores, goal).applied(to: problem.dense)
  }
}

/// Weights go whose magnitude times the norm of their input is smallest.
///
/// Sun et al., "A Simple and Effective Pruning Approach for Large Language Models" (ICLR 2024).
public struct ActivationMagnitude: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "wanda"
  /// One line for the help text.
  public let summary = "the weights go whose products with their inputs are smallest"

  /// Makes the method.
  public init() {}

  /// Zeros the weights with the smallest |w| norm(x).
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    var scores = problem.dense
    for row in 0..<scores.rows {
      for column in 0..<scores.columns {
        scores[row, column] = abs(scores[row, column]) * problem.inputNorms[column]
      }
    }
    return Support(largest: scores, goal).applied(to: problem.dense)
  }
}

/// Weights go that matter least among those of their row and of their column.
///
/// Zhang et al., "Plug-and-Play: An Efficient Post-training Pruning Method for Large Language Models"
/// (ICLR 2024): (|w| / sum of its row + |w| / sum of its column) norm(x)^0.5.
public struct RelativeImportance: ReconstructionMethod {
  /// The name in options and reports.
  public let name = "ria"
  /// One line for the help text.
  public let summary = "the weights go that matter least in their row and column"

  /// Makes the method.
  public init() {}

  /// Zeros the weights with the smallest relative importance.
  public func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix {
    var scores = problem.dense
    var rowSums = [Double](repeating: 0, count: scores.rows)
    var columnSums = [Double](repeating: 0, count: scores.columns)
    for row in 0..<scores.rows {
      for column in 0..<scores.columns {
        rowSums[row] += abs(scores[row, column])
        columnSums[column] += abs(scores[row, column])
      }
    }
    for row in 0..<scores.rows {
      for column in 0..<scores.columns where scores[row, column] != 0 {
        let share = abs(scores[row, column]) * (1 / rowSums[row] + 1 / columnSums[column])
        scores[row, column] = share * problem.inputNorms[column].squareRoot()
      }
    }
    return Support(largest: scores, goal).applied(to: problem.dense)
  }
}

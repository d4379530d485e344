public import LinearAlgebra

/// What a linear layer's weights should do: give these outputs for these inputs, as nearly as they
/// can.
///
/// The error of weights V is tr(V A V^T) - 2 tr(V B^T) + the outputs' variance, where A is the
/// covariance of the inputs and B that of wanted outputs and inputs. Both are of centred samples, so
/// the best bias is part of every solution: mean(y) - V mean(x). Damping draws V towards the dense
/// weights W: it adds d to A's diagonal and d W to B.
///
/// A layer without a bias has moments in place of covariances.
public struct LayerProblem: Sendable {
  /// The weights before pruning.
  public let dense: Matrix
  /// A, damped.
  let gram: Matrix
  /// B, damped.
  let target: Matrix
  /// The roots of the inputs' mean squares.
  let inputNorms: [Double]
  /// The means of inputs and outputs; nil for a layer without a bias.
  private let means: (inputs: [Double], outputs: [Double])?
  /// The sum of the variances of the outputs, and what damping adds to it.
  private let variance: Double
  private let dampedVariance: Double

  /// The problem of a layer with these weights.
  ///
  /// `damping` is a share of the mean of A's diagonal.
  public init(
    dense: Matrix, moments: LayerMoments, damping: Double, hasBias: Bool = true
  ) {
    var gram = hasBias ? moments.inputCovariance : moments.inputProducts
    var target = hasBias ? moments.crossCovariance : moments.crossProducts
    let diagonal = gram.diagonal
    let mean = diagonal.reduce(0, +) / Double(max(diagonal.count, 1))
    let added = mean > 0 ? damping * mean : 1
    for index in diagonal.indices { gram[index, index] += added }
    for index in target.values.indices { target.values[index] += added * dense.values[index] }
    self.dense = dense
    self.gram = gram
    self.target = target
    inputNorms = moments.inputNorms
    means = hasBias ? (moments.inputMeans, moments.outputMeans) : nil
    variance = (hasBias ? moments.outputVariances : moments.outputMeanSquares).reduce(0, +)
    dampedVariance = variance + added * dense.values.reduce(0) { $0 + $1 * $1 }
  }

  /// The number of outputs, and of rows of the weights.
  public var rows: Int { dense.rows }
  /// The number of inputs, and of columns of the weights.
  public var columns: Int { dense.columns }

  /// False when the inputs have no usable covariance, as may happen without damping: methods that need
  /// one choose by `ActivationMagnitude` then.
  public var isSolvable: Bool { Cholesky(gram) != nil }

  /// The weights without zeros that give the smallest error; the dense ones when it has no solution.
  var best: Matrix {
    guard let factor = Cholesky(gram) else { return dense }
    var solution = target
    factor.solve(rows: &solution)
    return solution
  }

  /// The mean squared error of weights with their best bias, damping included, as a share of the
  /// outputs' variance.
  public func relativeError(of weights: Matrix) -> Double {
    let product = Matrix.product(.plain(weights), .plain(gram))
    var error = dampedVariance
    for index in weights.values.indices {
      error += weights.values[index] * (product.values[index] - 2 * target.values[index])
    }
    return max(0, error) / max(variance, .leastNormalMagnitude)
  }

  /// The bias that goes with weights and keeps the means of the outputs; nil for a layer without one.
  public func bias(for weights: Matrix) -> [Double]? {
    means.map { inputs, outputs in
      (0..<rows).map { row in
        zip(weights.row(row), inputs).reduce(outputs[row]) { $0 - $1.0 * $1.1 }
      }
    }
  }
}

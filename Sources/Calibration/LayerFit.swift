internal import LinearAlgebra
internal import Reconstruction

/// The sums of one group of a layer, and what they are about.
struct GroupMoments {
  /// Inputs as the pruned network gives them, and the outputs wanted for them.
  var moments: LayerMoments
  /// What the dense network's outputs are.
  var dense: OutputSpread
}

/// New weights of one group of a layer.
struct GroupFit {
  /// The weights.
  var weights: Matrix
  /// The bias; nil when the layer has no place for one.
  var bias: [Double]?
  /// The error as a share of the outputs' variance.
  var error = 0.0
  /// The error of plain pruning.
  var plainError = 0.0
  /// True when plain pruning was better, or nothing else was possible.
  var isPlain = false
  /// False when the inputs have no usable covariance.
  var isSolvable = true
}

/// Chooses and fits the weights of a group.
struct LayerFitter {
  let request: CalibrationRequest
  let hasBias: Bool

  /// A fit of weights to the sums, before spreads are matched; `plain` are the dense ones with zeros
  /// where plain pruning has them.
  ///
  /// Nil when the sums are of no use.
  func fit(
    dense: Matrix, plain: Matrix, goal: SparsityGoal?, _ sums: GroupMoments
  ) -> GroupFit? {
    guard sums.moments.isFinite, sums.moments.count > 0, dense.values.allSatisfy(\.isFinite) else {
      return nil
    }
    let problem = problem(dense, sums)
    var weights = plain
    if let goal, let method = request.method { weights = method.prune(problem, goal) }
    if request.repair == .refit { weights = problem.refit(on: Support(of: weights)) }
    let errors = (problem.relativeError(of: weights), problem.relativeError(of: plain))
    let isPlain = !(errors.0 <= errors.1)
    if isPlain { weights = plain }
    return GroupFit(
      weights: weights, bias: problem.bias(for: weights), error: min(errors.0, errors.1),
      plainError: errors.1, isPlain: isPlain, isSolvable: problem.isSolvable)
  }

  /// The same zeros, the other weights fitted to these sums.
  func refit(_ fit: GroupFit, dense: Matrix, _ sums: GroupMoments) -> GroupFit {
    let problem = problem(dense, sums)
    var result = fit
    result.weights = problem.refit(on: Support(of: fit.weights))
    result.bias = problem.bias(for: result.weights)
    return result
  }

  /// Each row scaled so that its output varies as far as that of the dense network.
  func matchingSpread(_ fit: GroupFit, dense: Matrix, _ sums: GroupMoments) -> GroupFit {
    guard request.repair != .none, hasBias else { return fit }
    var result = fit
    matchSpread(of: &result.weights, sums)
    result.bias = problem(dense, sums).bias(for: result.weights)
    return result
  }

  private func problem(_ dense: Matrix, _ sums: GroupMoments) -> LayerProblem {
    LayerProblem(
      dense: dense, moments: sums.moments,
      damping: request.damping(dense.columns, sums.moments.count), hasBias: hasBias)
  }

  private func matchSpread(of weights: inout Matrix, _ sums: GroupMoments) {
    let variances = sums.moments.outputVariances(of: weights)
    for (row, (own, wanted)) in zip(variances, sums.dense.variances).enumerated() {
      guard own > 1e-12 * wanted, wanted > 0 else { continue }
      let factor = min(Self.largestFactor, (wanted / own).squareRoot())
      for column in 0..<weights.columns { weights[row, column] *= factor }
    }
  }

  /// An output of which so little is left is better weak than all noise.
  private static let largestFactor = 8.0
}

extension CalibrationRequest {
  /// The fewer samples there are for each weight of a row, the less they are to be trusted.
  ///
  /// Damped so, fits stay better than scores that need no fit even for fewer samples than columns: a
  /// sentence encoder at 50 % keeps a cosine of 0.878 with 30 vectors, by Wanda 0.866 with a refit and
  /// 0.854 without.
  func damping(_ columns: Int, _ samples: Int) -> Double {
    damping ?? min(0.3, max(1e-3, caution * Double(columns) / Double(samples)))
  }
}

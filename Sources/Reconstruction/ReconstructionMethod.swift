public import LinearAlgebra

/// A way to choose which weights of a layer go.
public protocol ReconstructionMethod: Sendable {
  /// The name in options and reports.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }

  /// Weights that are zero where the goal asks for it; the others as the method leaves them, before
  /// any refit.
  func prune(_ problem: LayerProblem, _ goal: SparsityGoal) -> Matrix
}

/// The list of methods.
public enum ReconstructionMethods {
  /// Every method; a new one is a new line here.
  public static let all: [any ReconstructionMethod] = [
    WeightMagnitude(), ActivationMagnitude(), RelativeImportance(), SparseGPT(),
    OptimalBrainSurgeon(), AlternatingDirections(),
  ]
}

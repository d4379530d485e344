/// How much the outputs of a network change when one layer is pruned.
///
/// The names of its JSON form are stable; new ones may be added.
public struct SensitivityReport: Sendable, Encodable {
  /// One tensor that was pruned while all others stayed as they are.
  public struct Row: Sendable, Encodable {
    /// The name of the tensor.
    public let name: String
    /// The nodes that read it as weights.
    public let layers: [String]
    /// Their operators.
    public let operatorTypes: [String]
    /// How many weights it has.
    public let elements: Int
    /// The relative error of the outputs at each level: the norm of their change over their norm, of
    /// the output where it is largest; nil when it is no number, or samples were to choose the weights
    /// and could not.
    public let errors: [Double?]
  }

  /// Which report this is, and its version.
  public let schema = "sparsify/sensitivity/1"
  /// The version of ONNX Runtime.
  public let runtime: String
  /// How many samples the network was run on.
  public let samples: Int
  /// The outputs that were compared.
  public let outputs: [String]
  /// What chose the weights.
  public let method: String
  /// The sparsities.
  public let levels: [Double]
  /// Each tensor, in the model's order.
  public let rows: [Row]
  /// The tensors that are left alone, and why.
  public let skipped: [PruningSummary.SkippedRow]
  /// What is odd about the model.
  public internal(set) var warnings: [String] = []

  /// Puts the errors, layer after layer and level after level, beside what was pruned.
  init(
    runtime: String, samples: Int, outputs: [String], method: String, levels: [Double],
    pruning: PruningSummary, errors: [Double?]
  ) {
    (self.runtime, self.samples, self.outputs) = (runtime, samples, outputs)
    (self.method, self.levels, skipped) = (method, levels, pruning.skipped)
    rows = pruning.tensors.enumerated().map { index, tensor in
      Row(
        name: tensor.name, layers: tensor.layers, operatorTypes: tensor.operatorTypes,
        elements: tensor.elements,
        errors: Array(errors[index * levels.count..<(index + 1) * levels.count]))
    }
  }
}

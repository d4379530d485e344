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
    /// How often the layers multiply by them; nil when their shapes are not known.
    public let operations: Int?
    /// How many bytes they take in a container; nil when that was not asked for.
    public let sizes: Sizes?
    /// The relative error of the outputs at each level: the norm of their change over their norm, of
    /// the output where it is largest; nil when it is no number, or samples were to choose the weights
    /// and could not.
    public let errors: [Double?]
  }

  /// How many bytes a tensor takes in a container.
  public struct Sizes: Sendable, Encodable {
    /// As it is.
    public let dense: Int
    /// Pruned, at each level.
    public let pruned: [Int]
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
    pruning: PruningSummary, operations: [String: Int], sizes: [Sizes]?, errors: [Double?]
  ) {
    (self.runtime, self.samples, self.outputs) = (runtime, samples, outputs)
    (self.method, self.levels, skipped) = (method, levels, pruning.skipped)
    rows = pruning.tensors.enumerated().map { index, tensor in
      Row(
        name: tensor.name, layers: tensor.layers, operatorTypes: tensor.operatorTypes,
        elements: tensor.elements, operations: Self.sum(tensor.layers, operations),
        sizes: sizes?[index],
        errors: Array(errors[index * levels.count..<(index + 1) * levels.count]))
    }
  }

  /// What some layers do together; nil when that of one is not known.
  private static func sum(_ layers: [String], _ operations: [String: Int]) -> Int? {
    layers.reduce(0) { total, layer in
      total.flatMap { total in operations[layer].map { total + $0 } }
    }
  }
}

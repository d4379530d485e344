internal import ByteStorage
internal import StructuredPruning

/// The residual blocks of a model, and which of them were removed.
public struct LayerSummary: Sendable, Codable {
  /// One block.
  public struct BlockRow: Sendable, Codable {
    /// The node that adds the block's result to what goes past it.
    public var name: String
    /// How many nodes it has.
    public var nodes: Int
    /// How many parameters its weights have.
    public var parameters: Int
    /// What it is ranked by: the mean square of its weights, or the error of the outputs without it.
    public var score: Double
    /// Whether it was removed.
    public var isRemoved: Bool
  }

  /// The blocks in the model's order.
  public var blocks: [BlockRow]

  /// How many were removed.
  public var removed: Int { blocks.count(where: \.isRemoved) }

  init(_ report: LayerPruningReport) {
    blocks = report.blocks.map { block in
      BlockRow(
        name: block.name.escaped, nodes: block.nodeCount, parameters: block.parameterCount,
        score: block.score.isFinite ? block.score : 0, isRemoved: block.isRemoved)
    }
  }
}

public import ByteStorage
public import ModelGraph
internal import Pruning
internal import ShapeInference

/// What removing residual blocks did.
public struct LayerPruningReport: Sendable {
  /// A block that could go without a change of shapes.
  public struct Block: Sendable {
    /// The node that adds the block's result to what goes past it.
    public let name: ByteString
    /// How many nodes it has.
    public let nodeCount: Int
    /// How many parameters its weights have.
    public let parameterCount: Int
    /// The mean square of its weights.
    public let score: Double
    /// Whether it was removed.
    public let isRemoved: Bool
  }

  /// All blocks, in the model's order.
  public let blocks: [Block]
  /// What the user should know.
  public let warnings: [String]
}

extension Model {
  /// Removes the residual blocks whose weights are smallest: what went past them passes as it is.
  ///
  /// Blocks are ranked by the mean square of their weights; a block inside of a removed one goes with
  /// it and does not count.
  ///
  /// - Parameters:
  ///   - count: how many blocks go.
  ///   - threads: how many threads read weights.
  /// - Returns: all blocks and what became of them.
  /// - Throws: what reading weights throws.
  public mutating func removeLayers(count: Int, threads: Int) throws -> LayerPruningReport {
    let pruner = try LayerPruner(self, threads: threads)
    let removed = pruner.smallest(count)
    let report = pruner.report(removed)
    guard !removed.isEmpty else { return report }
    let before = self
    editGraphs { graphs, _ in
      for index in removed { Self.bypass(pruner.blocks[index], in: &graphs) }
    }
    removeUnread(since: before)
    record(
      HistoryEntry(
        action: "remove layers", settings: [.init("layers", "\(removed.count)")],
        weightCount: report.blocks.reduce(0) { $0 + $1.parameterCount }, zerosBefore: 0,
        zerosAfter: 0))
    return report
  }

  /// The sum becomes a copy, which keeps the value's name for whoever reads it.
  private static func bypass(_ block: ResidualBlock, in graphs: inout [Graph]) {
    graphs[0].nodes[block.sum.index].operatorType = "Identity"
    graphs[0].nodes[block.sum.index].inputs = [block.input]
  }
}

/// The residual blocks of a model and how much they matter.
struct LayerPruner {
  let blocks: [ResidualBlock]
  private let model: Model
  private let scores: [Double]
  private let parameterCounts: [Int]
  private let warnings: [String]

  init(_ model: Model, threads: Int) throws {
    self.model = model
    blocks = ResidualBlock.all(in: model, EvaluatedGraph(model, .first))
    let weights = try PrunableWeights(of: model).weights
    let known = Dictionary(
      weights.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first })
    var readers: [NodeID: [TensorID]] = [:]
    for weight in weights {
      for reader in weight.readers { readers[reader.node, default: []].append(weight.tensor) }
    }
    let tensors = blocks.map { block in
      Set(block.body.flatMap { readers[$0] ?? [] }).sorted()
    }
    let measured = try AxisScores(
      of: Set(tensors.joined().map { TensorAxis(tensor: $0, axis: 0) }), in: model, known,
      measuring: [.sums], threads: threads)
    warnings = measured.warnings
    parameterCounts = tensors.map { ids in
      ids.reduce(0) { $0 + model[$1].shape.elementCount }
    }
    scores = zip(tensors, parameterCounts).map { ids, count in
      let squares = ids.reduce(0.0) { total, id in
        let sums = measured.sums[TensorAxis(tensor: id, axis: 0)]
        return total + (sums?.squares.reduce(0, +) ?? 0)
      }
      return squares / Double(max(count, 1))
    }
  }

  /// The blocks with the smallest scores, none inside of another; blocks without weights stay.
  func smallest(_ count: Int) -> [Int] {
    let order = blocks.indices.filter { parameterCounts[$0] > 0 }
      .sorted { (scores[$0], $0) < (scores[$1], $1) }
    var removed: [Int] = []
    var gone: Set<NodeID> = []
    for index in order where removed.count < count {
      let nodes = blocks[index].body + [blocks[index].sum]
      guard gone.isDisjoint(with: nodes) else { continue }
      gone.formUnion(nodes)
      removed.append(index)
    }
    return removed.sorted()
  }

  func report(_ removed: [Int]) -> LayerPruningReport {
    let gone = Set(removed)
    var warnings = warnings
    if blocks.isEmpty { warnings.append("no layers were removed: there are no residual blocks") }
    return LayerPruningReport(
      blocks: blocks.indices.map { index in
        let node = model[blocks[index].sum]
        return LayerPruningReport.Block(
          name: node.name.isEmpty ? blocks[index].output : node.name,
          nodeCount: blocks[index].body.count + 1, parameterCount: parameterCounts[index],
          score: scores[index], isRemoved: gone.contains(index))
      }, warnings: warnings)
  }
}

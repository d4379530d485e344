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
    /// What it is ranked by: the mean square of its weights, or the error without it.
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
  /// Removes the residual blocks that matter least: what went past them passes as it is.
  ///
  /// Blocks are ranked by the mean square of their weights or, where errors can be measured, one after
  /// the other by the error without it and those before it. A block inside of a removed one goes with
  /// it and does not count.
  ///
  /// - Parameters:
  ///   - count: how many blocks go.
  ///   - threads: how many threads read weights.
  ///   - error: how far a model is from this one; nil where it cannot be told.
  /// - Returns: all blocks and what became of them.
  /// - Throws: what reading weights and measuring errors throws.
  public mutating func removeLayers(
    count: Int, threads: Int, measuredBy error: ((Model) throws -> Double?)? = nil
  ) throws -> LayerPruningReport {
    var pruner = try LayerPruner(self, threads: threads)
    let removed = try error.map { try pruner.leastMissed(count, $0) } ?? pruner.smallest(count)
    let report = pruner.report(removed)
    guard !removed.isEmpty else { return report }
    let before = self
    self = without(removed.map { pruner.blocks[$0] })
    removeUnread(since: before)
    var settings = [HistoryEntry.Setting("layers", "\(removed.count)")]
    if error != nil { settings.append(.init("criterion", "outputs")) }
    record(
      HistoryEntry(
        action: "remove layers", settings: settings,
        weightCount: report.blocks.reduce(0) { $0 + $1.parameterCount }, zerosBefore: 0,
        zerosAfter: 0))
    return report
  }

  /// The model with what went past some blocks in place of them.
  fileprivate func without(_ blocks: [ResidualBlock]) -> Model {
    var result = self
    result.editGraphs { graphs, _ in
      for block in blocks { Self.bypass(block, in: &graphs) }
    }
    return result
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
  private var scores: [Double]
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
    var removed: [Int] = []
    while removed.count < count,
      let next = open(removed).min(by: { (scores[$0], $0) < (scores[$1], $1) })
    {
      removed.append(next)
    }
    return removed.sorted()
  }

  /// The blocks that are missed least, one after the other; their scores become the errors without
  /// them.
  ///
  /// Throws what measuring throws.
  mutating func leastMissed(
    _ count: Int, _ error: (Model) throws -> Double?
  ) throws -> [Int] {
    scores = scores.map { _ in .infinity }
    var removed: [Int] = []
    while removed.count < count {
      for index in open(removed) {
        let smaller = model.without((removed + [index]).map { blocks[$0] })
        scores[index] = try error(smaller) ?? .infinity
      }
      guard let next = open(removed).min(by: { (scores[$0], $0) < (scores[$1], $1) }) else { break }
      removed.append(next)
    }
    return removed.sorted()
  }

  /// The blocks with weights that share nothing with those that go already.
  private func open(_ removed: [Int]) -> [Int] {
    let gone = Set(removed.flatMap { nodes(of: $0) })
    return blocks.indices.filter {
      parameterCounts[$0] > 0 && gone.isDisjoint(with: nodes(of: $0))
    }
  }

  private func nodes(of index: Int) -> [NodeID] { blocks[index].body + [blocks[index].sum] }

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

internal import ByteStorage
internal import Calibration
internal import ModelGraph
internal import Pruning
internal import SparseCoding
internal import SparseContainer

/// A model with one of its layers pruned.
struct LayerVariants: Sendable {
  private let dense: Model
  /// The model with every layer pruned alike, for each level.
  private let pruned: [Model]
  /// The tensors that are pruned, in the model's order.
  private let tensors: [TensorID]
  /// What plain pruning at the first level does to each of them, and why others are left alone.
  let summary: PruningSummary
  private let levels: [Double]
  private let settings: CalibrationSettings

  /// Prunes a model at each level of a scan.
  init(of model: Model, _ scan: SensitivityScan) throws {
    dense = model
    (levels, settings) = (scan.levels, scan.calibration)
    var models: [Model] = []
    var reports: [PruningReport] = []
    for level in scan.levels {
      var step = PruneStep(sparsity: level)
      (step.criterion, step.only, step.except) = (scan.criterion, scan.only, scan.except)
      var request = try step.request()
      request.threads = scan.threads
      var copy = model
      reports.append(try copy.prune(request))
      models.append(copy)
    }
    pruned = models
    guard let report = reports.first else {
      throw ConversionError.badOption("there is no sparsity to try", hint: "name one")
    }
    tensors = report.entries.map(\.tensor)
    summary = PruningSummary(report, of: model)
  }

  /// How many layers can be pruned.
  var layerCount: Int { tensors.count }

  /// How many bytes each layer takes in a container, as it is and pruned plainly at each level.
  func sizes(threads: Int) throws -> [SensitivityReport.Sizes] {
    var sizes: [SensitivityReport.Sizes] = []
    let models = [dense] + pruned
    try OrderedPipeline.run(
      count: tensors.count, threads: threads, workspace: { ChunkCoder(level: .balanced) },
      produce: { index, coder in try models.map { try $0[tensors[index]].codedSize(coder) } },
      consume: { sizes.append(.init(dense: $1[0], pruned: Array($1.dropFirst()))) })
    return sizes
  }

  /// The model with one layer pruned; nil when samples are to choose its weights and cannot.
  func model(
    layer: Int, level: Int, _ feed: CalibrationFeed, _ runner: RuntimePartRunner
  ) throws -> Model? {
    var model = dense
    let tensor = tensors[layer]
    guard settings.isWanted else {
      let source = pruned[level][tensor]
      model.replaceContents(of: tensor, with: source.contents, pattern: source.pattern)
      return model
    }
    var request = PruningRequest(goal: .sparsity(levels[level], .layer))
    request.kept = Set(try PrunableWeights(of: dense).weights.map(\.tensor)).subtracting([tensor])
    let report = try model.prune(
      request, calibratedBy: settings.request(mask: CalibrationData(files: []).mask), feed, runner)
    let isFitted = report.calibration.rows.contains { $0.tensor == tensor }
    return isFitted ? model : nil
  }
}

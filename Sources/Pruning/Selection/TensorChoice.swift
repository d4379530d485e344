internal import ByteStorage
internal import ModelGraph

/// Which tensors a request means, and why the others stay.
struct TensorChoice {
  /// Weights with fewer elements stay unless a rule asks for them.
  static let minimumElementCount = 256

  private(set) var chosen: [PrunableWeight] = []
  private(set) var skipped: [PruningReport.Skipped] = []
  private(set) var defects: [(tensor: TensorID, refusal: WeightRefusal)] = []
  private(set) var unmatchedSelectors: [Selector] = []

  private let model: Model
  private let rules: [SelectionRule]
  private let kept: Set<TensorID>
  private var wasMatched: [Bool]

  init(_ model: Model, rules: [SelectionRule], kept: Set<TensorID> = []) throws {
    self.model = model
    self.rules = rules
    self.kept = kept
    wasMatched = Array(repeating: false, count: rules.count)
    let found = try PrunableWeights(of: model)
    var weights = found.weights[...]
    for id in model.tensorIDs {
      if weights.first?.tensor == id, let weight = weights.popFirst() {
        decide(weight)
      } else if let readers = found.otherReaders[id] {
        decide(id, readBy: readers)
      }
    }
    for (rule, matched) in zip(rules, wasMatched) where !matched {
      unmatchedSelectors.append(rule.selector)
    }
  }

  private mutating func decide(_ weight: PrunableWeight) {
    let verdict = verdict(
      SelectableTensor(
        name: model[weight.tensor].name, readers: weight.readers,
        elementCount: model[weight.tensor].shape.elementCount))
    let count = model[weight.tensor].shape.elementCount
    if let refusal = weight.refusal {
      skip(weight.tensor, refusal.reason)
      if refusal.isDefect { defects.append((weight.tensor, refusal)) }
    } else if kept.contains(weight.tensor), !isNamed(weight.tensor) {
      skip(weight.tensor, "at an end of the network")
    } else if verdict == false {
      skip(weight.tensor, "not selected")
    } else if count == 0 || (verdict == nil && count < Self.minimumElementCount) {
      skip(weight.tensor, "fewer than \(Self.minimumElementCount) elements")
    } else {
      chosen.append(weight)
    }
  }

  /// Tensors that are no weights go only when they are floating-point and a rule has their very name.
  private mutating func decide(_ id: TensorID, readBy readers: Set<ByteString>) {
    let tensor = model[id]
    guard tensor.elementType.isFloat, tensor.contentsRefusal == nil,
      tensor.shape.elementCount > 0
    else { return }
    var isNamed: Bool?
    for (index, rule) in rules.enumerated() where rule.selector.names(tensor.name) {
      wasMatched[index] = true
      isNamed = rule.includes
    }
    if isNamed == true {
      chosen.append(PrunableWeight(named: id, readBy: readers))
    } else if tensor.shape.elementCount >= Self.minimumElementCount {
      let names = readers.sorted().map(\.escaped).joined(separator: ", ")
      skip(id, "not a weight: read by \(names)")
    }
  }

  /// True when a rule lets a tensor in by its very name.
  private func isNamed(_ tensor: TensorID) -> Bool {
    rules.contains { $0.includes && $0.selector.names(model[tensor].name) }
  }

  /// What the rules say: true in, false out, nil nothing.
  private mutating func verdict(_ tensor: SelectableTensor) -> Bool? {
    var verdict: Bool? = rules.contains { $0.includes } ? false : nil
    for (index, rule) in rules.enumerated() where rule.selector.matches(tensor) {
      wasMatched[index] = true
      verdict = rule.includes
    }
    return verdict
  }

  private mutating func skip(_ id: TensorID, _ reason: String) {
    skipped.append(
      PruningReport.Skipped(
        tensor: id, name: model[id].name, elementType: model[id].elementType,
        shape: model[id].shape, reason: reason))
  }
}

extension PrunableWeight {
  /// A tensor that the user named though no operator reads it as weights.
  fileprivate init(named tensor: TensorID, readBy readers: Set<ByteString>) {
    self.init(
      tensor: tensor, readers: [], layout: nil,
      layoutRefusal: WeightRefusal("no operator reads it as weights"),
      quantization: nil, refusal: nil, otherReaders: readers, isOverridable: false)
  }
}

internal import ByteStorage
internal import ModelGraph

/// How far the tensors of two models are the same, matched by their names.
public struct TensorAgreement: Sendable, Encodable {
  /// A tensor that both have and that differs.
  public struct Row: Sendable, Encodable {
    /// The name.
    public let name: String
    /// How many elements it has.
    public let elements: Int
    /// How many differ in their bits.
    public let changed: Int
    /// How many of those are zero in the result.
    public let zeroed: Int
    /// The norm of the difference over that of the original; nil for types that are no plain numbers.
    public let relativeError: Double?
  }

  /// How many tensors both have, of one type and shape.
  public private(set) var compared = 0
  /// How many of them are the same, bit for bit.
  public private(set) var equal = 0
  /// Those that are not, in the original's order.
  public private(set) var changed: [Row] = []
  /// Those whose type or shape differs.
  public private(set) var reshaped: [String] = []
  /// Those that only the original has.
  public private(set) var removed: [String] = []
  /// Those that only the result has.
  public private(set) var added: [String] = []

  /// True when every tensor of the one is in the other, bit for bit.
  public var isExact: Bool {
    changed.isEmpty && reshaped.isEmpty && removed.isEmpty && added.isEmpty
  }

  /// Reads and compares the tensors of two models.
  init(_ original: Model, _ result: Model) throws {
    var partners = NamedTensors(result)
    var pairs: [(name: String, pair: TensorComparison.Pair)] = []
    for (name, tensor) in NamedTensors(original).ordered {
      guard let partner = partners.take(name) else {
        removed.append(name)
        continue
      }
      guard tensor.elementType != .string else {
        add(texts: name, tensor, partner)
        continue
      }
      guard let pair = TensorComparison.Pair(tensor, partner) else {
        reshaped.append(name)
        continue
      }
      pairs.append((name, pair))
    }
    let differences = try TensorComparison().differences(of: pairs.map(\.pair))
    for ((name, _), difference) in zip(pairs, differences) { add(name, difference) }
    added = partners.rest
  }

  private mutating func add(_ name: String, _ difference: TensorDifference) {
    compared += 1
    guard !difference.isEqual else {
      equal += 1
      return
    }
    changed.append(
      Row(
        name: name, elements: difference.elements, changed: difference.changed,
        zeroed: difference.zeroed, relativeError: difference.relativeError))
  }

  /// Texts stand in the annotation, and are equal or not.
  private mutating func add(texts name: String, _ original: Tensor, _ result: Tensor) {
    guard original.elementType == result.elementType, original.shape == result.shape else {
      reshaped.append(name)
      return
    }
    compared += 1
    let count = original.shape.elementCount
    guard original.annotation != result.annotation else {
      equal += 1
      return
    }
    changed.append(
      Row(name: name, elements: count, changed: count, zeroed: 0, relativeError: nil))
  }
}

/// Tensors by name; of several of one name, the first is taken first.
private struct NamedTensors {
  let ordered: [(name: String, tensor: Tensor)]
  private var places: [String: [Int]]
  private var taken: Set<Int> = []

  init(_ model: Model) {
    let uses = TensorUses(model)
    let ordered = model.tensorIDs.map { (name: uses.name(of: $0, in: model), tensor: model[$0]) }
    self.ordered = ordered
    places = Dictionary(grouping: ordered.indices.reversed()) { ordered[$0].name }
  }

  mutating func take(_ name: String) -> Tensor? {
    guard let place = places[name]?.popLast() else { return nil }
    taken.insert(place)
    return ordered[place].tensor
  }

  var rest: [String] {
    ordered.indices.filter { !taken.contains($0) }.map { ordered[$0].name }
  }
}

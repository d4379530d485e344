internal import ByteStorage
internal import Inference
internal import ModelGraph

/// How far the tensors of two models are the same, matched by their names.
public struct TensorComparison: Sendable, Encodable {
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
    var partners = Self.named(result)
    for (name, tensor) in Self.named(original).ordered {
      guard let partner = partners.take(name) else {
        removed.append(name)
        continue
      }
      guard partner.shape == tensor.shape, partner.elementType == tensor.elementType else {
        reshaped.append(name)
        continue
      }
      compared += 1
      guard let row = try Row(name: name, tensor, partner) else {
        equal += 1
        continue
      }
      changed.append(row)
    }
    added = partners.rest
  }

  private static func named(_ model: Model) -> NamedTensors {
    let uses = TensorUses(model)
    return NamedTensors(model.tensorIDs.map { (uses.name(of: $0, in: model), model[$0]) })
  }
}

/// Tensors by name; of several of one name, the first is taken first.
private struct NamedTensors {
  let ordered: [(name: String, tensor: Tensor)]
  private var places: [String: [Int]]
  private var taken: Set<Int> = []

  init(_ ordered: [(name: String, tensor: Tensor)]) {
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

extension TensorComparison.Row {
  /// Compares two tensors of one type and shape in pieces; nil when they are the same.
  fileprivate init?(name: String, _ original: Tensor, _ result: Tensor) throws {
    let width = max(1, (original.elementType.bitWidth ?? 8) / 8)
    let size = original.contents.byteCount
    guard size == result.contents.byteCount else { return nil }
    var difference = ElementDifference(elementType: original.elementType, width: width)
    let piece = max(width, original.contents.preferredReadSize / width * width)
    for start in stride(from: 0, to: size, by: piece) {
      let range = start..<min(start + piece, size)
      difference.add(
        try original.contents.bytes(in: range), try result.contents.bytes(in: range))
    }
    guard difference.changed > 0 || original.annotation != result.annotation && size == 0 else {
      return nil
    }
    self.init(
      name: name, elements: original.shape.elementCount, changed: difference.changed,
      zeroed: difference.zeroed, relativeError: difference.relativeError)
  }
}

/// Adds up how elements differ.
private struct ElementDifference {
  let elementType: ElementType
  let width: Int
  private(set) var changed = 0
  private(set) var zeroed = 0
  private var squares: (original: Double, difference: Double)? = (0, 0)

  init(elementType: ElementType, width: Int) {
    self.elementType = elementType
    self.width = width
  }

  var relativeError: Double? {
    squares.flatMap { squares in
      let error = (squares.difference / squares.original).squareRoot()
      return error.isFinite ? error : nil
    }
  }

  mutating func add(_ original: [UInt8], _ result: [UInt8]) {
    if original != result {
      for start in stride(from: 0, to: original.count, by: width) {
        let element = start..<min(start + width, original.count)
        guard original[element] != result[element] else { continue }
        changed += 1
        if result[element].allSatisfy({ $0 == 0 }) { zeroed += 1 }
      }
    }
    addSquares(numbers(original), numbers(result))
  }

  private func numbers(_ bytes: [UInt8]) -> [Double]? {
    Shape([bytes.count / width]).flatMap {
      NumericArray(elementType: elementType, shape: $0, contents: bytes)?.doubles()
    }
  }

  private mutating func addSquares(_ original: [Double]?, _ result: [Double]?) {
    guard var sums = squares, let original, let result else {
      squares = nil
      return
    }
    for (first, second) in zip(original, result) {
      sums.original += first * first
      sums.difference += (first - second) * (first - second)
    }
    squares = sums
  }
}

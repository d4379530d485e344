internal import ByteStorage
internal import ModelGraph

/// What two models take and give, side by side.
public struct SignatureComparison: Sendable, Encodable {
  /// An input or output; the type is missing where the model has no such value.
  public struct Row: Sendable, Encodable {
    /// The name.
    public let name: String
    /// Its type and dimensions in the original, such as `float32 nx3x224x224`.
    public let original: String?
    /// The same in the result.
    public let result: String?
    /// True when both have it and agree; the names of sizes that are not fixed do not count.
    public let isSame: Bool
  }

  /// What the models take.
  public let inputs: [Row]
  /// What the models give.
  public let outputs: [Row]

  /// True when both take and give the same.
  public var isSame: Bool { (inputs + outputs).allSatisfy(\.isSame) }

  init(_ original: Model, _ result: Model) {
    inputs = Self.rows(Self.inputs(of: original), Self.inputs(of: result))
    outputs = Self.rows(original[GraphID.main].outputs, result[GraphID.main].outputs)
  }

  /// The inputs without those that have a value already.
  private static func inputs(of model: Model) -> [Value] {
    let graph = model[GraphID.main]
    let known = Set(
      graph.initializers.map { model[$0].name }
        + graph.sparseInitializers.map { model[$0.values].name })
    return graph.inputs.filter { !known.contains($0.name) }
  }

  private static func rows(_ original: [Value], _ result: [Value]) -> [Row] {
    let others = Dictionary(result.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(original.map(\.name))
    return original.map { value in
      let other = others[value.name]
      return Row(
        name: value.name.escaped, original: text(value.type), result: other.map { text($0.type) },
        isSame: other.map { isSame(value.type, $0.type) } ?? false)
    }
      + result.filter { !names.contains($0.name) }.map { value in
        Row(name: value.name.escaped, original: nil, result: text(value.type), isSame: false)
      }
  }

  private static func isSame(_ left: ValueType, _ right: ValueType) -> Bool {
    guard case .tensor(let type, let sizes) = left, case .tensor(let other, let others) = right
    else { return left == right }
    guard type == other, let sizes, let others else { return type == other && sizes == others }
    return sizes.map(\.fixedSize) == others.map(\.fixedSize)
  }

  private static func text(_ type: ValueType) -> String {
    guard case .tensor(let element, let dimensions) = type else { return "no tensor" }
    let name = element?.name ?? "unknown"
    guard let dimensions else { return "\(name), of any rank" }
    let sizes = dimensions.map { dimension in
      switch dimension {
      case .fixed(let size): "\(size)"
      case .symbolic(let name): name.escaped
      case .unknown: "?"
      }
    }
    return sizes.isEmpty ? "\(name) scalar" : "\(name) \(sizes.joined(separator: "x"))"
  }
}

extension Dimension {
  /// The size, or nil where it is not fixed.
  fileprivate var fixedSize: Int? {
    if case .fixed(let size) = self { return size }
    return nil
  }
}

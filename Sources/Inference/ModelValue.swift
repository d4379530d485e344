internal import ByteStorage
internal import InferenceProtocol
public import ModelGraph

/// An input or an output of a model, as ONNX Runtime sees it.
public struct ModelValue: Sendable, Hashable {
  /// The name.
  public let name: String
  /// What an element is; nil for what is no tensor, or one of a type that is not known here.
  public let elementType: ElementType?
  /// The dimensions, slowest first; none as well where not even the rank is known.
  public let dimensions: [Dimension]

  /// Describes a value.
  public init(name: String, elementType: ElementType?, dimensions: [Dimension]) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
  }

  init(_ description: ValueDescription) {
    name = description.name
    elementType = UInt8(exactly: description.elementType).flatMap(ElementType.init)
    dimensions = zip(description.dimensions, description.symbols).map { size, symbol in
      if size >= 0 { return .fixed(Int(size)) }
      return symbol.isEmpty ? .unknown : .symbolic(ByteString(symbol))
    }
  }

  /// True for tensors of numbers, which can be given and taken.
  public var isNumeric: Bool {
    elementType.map { $0 != .string } ?? false
  }

  /// The type and dimensions in words, such as `float32 nx3x224x224`.
  public var summary: String {
    let sizes = dimensions.map { dimension in
      switch dimension {
      case .fixed(let size): "\(size)"
      case .symbolic(let name): name.escaped
      case .unknown: "?"
      }
    }
    let type = elementType?.name ?? "no tensor"
    return sizes.isEmpty ? type : "\(type) \(sizes.joined(separator: "x"))"
  }
}

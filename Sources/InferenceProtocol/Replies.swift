/// Says that the runtime is loaded.
public struct ReadyReply: Message {
  /// What it is.
  public static let kind = MessageKind.ready

  /// The runtime's version.
  public let version: String
  /// True when contents may stand in shared memory.
  public let isSharing: Bool

  /// Names the version.
  public init(version: String, isSharing: Bool = false) {
    self.version = version
    self.isSharing = isSharing
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    version = try decoder.text()
    let number = try decoder.number(UInt8.self)
    guard number <= 1 else { throw ProtocolError("\(number) where there is yes or no") }
    isSharing = number == 1
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(version)
    encoder.add(UInt8(isSharing ? 1 : 0))
  }
}

/// An input or an output as the runtime sees it.
public struct ValueDescription: Equatable, Sendable {
  /// The name.
  public let name: String
  /// ONNX's number of the element type; 0 for what is no tensor.
  public let elementType: Int32
  /// The sizes, -1 for those that are not fixed.
  public let dimensions: [Int64]
  /// The names of the sizes that have one, empty for the others.
  public let symbols: [String]

  /// Describes a value.
  public init(name: String, elementType: Int32, dimensions: [Int64], symbols: [String]) {
    self.name = name
    self.elementType = elementType
    self.dimensions = dimensions
    self.symbols = symbols
  }

  init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    name = try decoder.text()
    elementType = try decoder.number(Int32.self)
    dimensions = try decoder.list { decoder throws(ProtocolError) in
      try decoder.number(Int64.self)
    }
    symbols = try decoder.list { decoder throws(ProtocolError) in try decoder.text() }
    guard dimensions.count == symbols.count, dimensions.count <= NamedArray.mostDimensions else {
      throw ProtocolError("a value of \(dimensions.count) sizes and \(symbols.count) names")
    }
  }

  func encode(into encoder: inout MessageEncoder) {
    encoder.add(name)
    encoder.add(elementType)
    encoder.add(list: dimensions) { $1.add($0) }
    encoder.add(list: symbols) { $1.add($0) }
  }
}

/// Says what a loaded model takes and gives.
public struct LoadedReply: Message {
  /// What it is.
  public static let kind = MessageKind.loaded

  /// What it takes.
  public let inputs: [ValueDescription]
  /// What it gives.
  public let outputs: [ValueDescription]

  /// Describes a model.
  public init(inputs: [ValueDescription], outputs: [ValueDescription]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    inputs = try decoder.list { decoder throws(ProtocolError) in
      try ValueDescription(from: &decoder)
    }
    outputs = try decoder.list { decoder throws(ProtocolError) in
      try ValueDescription(from: &decoder)
    }
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(list: inputs) { $0.encode(into: &$1) }
    encoder.add(list: outputs) { $0.encode(into: &$1) }
  }
}

/// What the model gave.
public struct OutputsReply: Message {
  /// What it is.
  public static let kind = MessageKind.outputs

  /// The outputs, in the order they were asked for.
  public let outputs: [NamedArray]

  /// Hands outputs over.
  public init(outputs: [NamedArray]) {
    self.outputs = outputs
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    outputs = try decoder.list { decoder throws(ProtocolError) in try NamedArray(from: &decoder) }
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(list: outputs) { $0.encode(into: &$1) }
  }
}

/// Says that something cannot be done.
public struct FailureReply: Message, Error {
  /// What it is.
  public static let kind = MessageKind.failure

  /// What failed.
  public enum Stage: UInt32, Sendable, CaseIterable {
    /// The library cannot be loaded.
    case library = 1
    /// The library has no table of the version that is needed.
    case version = 2
    /// The runtime refuses the model.
    case model = 3
    /// The run failed.
    case run = 4
  }

  /// What failed.
  public let stage: Stage
  /// Why, in the runtime's words.
  public let reason: String

  /// Says why.
  public init(_ stage: Stage, _ reason: String) {
    self.stage = stage
    self.reason = reason
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    let number = try decoder.number(UInt32.self)
    guard let stage = Stage(rawValue: number) else {
      throw ProtocolError("a failure of the unknown stage \(number)")
    }
    self.stage = stage
    reason = try decoder.text()
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(stage.rawValue)
    encoder.add(reason)
  }
}

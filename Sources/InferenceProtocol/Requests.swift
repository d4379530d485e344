/// Asks for a model to be loaded.
public struct LoadRequest: Message {
  /// What it is.
  public static let kind = MessageKind.load

  /// The path of the .onnx file.
  public let path: String
  /// How many threads one operator may use.
  public let threads: Int32

  /// Asks for a file.
  public init(path: String, threads: Int32) {
    self.path = path
    self.threads = threads
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    path = try decoder.text()
    threads = try decoder.number(Int32.self)
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(path)
    encoder.add(threads)
  }
}

/// Asks for the loaded model to be run.
public struct RunRequest: Message {
  /// What it is.
  public static let kind = MessageKind.run

  /// The inputs.
  public let inputs: [NamedArray]
  /// The names of the outputs that are wanted.
  public let outputs: [String]

  /// Asks for outputs.
  public init(inputs: [NamedArray], outputs: [String]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Reads it.
  public init(from decoder: inout MessageDecoder) throws(ProtocolError) {
    inputs = try decoder.list { decoder throws(ProtocolError) in try NamedArray(from: &decoder) }
    outputs = try decoder.list { decoder throws(ProtocolError) in try decoder.text() }
  }

  /// Writes it.
  public func encode(into encoder: inout MessageEncoder) {
    encoder.add(list: inputs) { $0.encode(into: &$1) }
    encoder.add(list: outputs) { $1.add($0) }
  }
}

internal import ByteStorage
internal import ModelGraph

/// Takes one tensor out of a model file; of a container, no other chunks are read.
public struct TensorExtraction: Sendable {
  /// The path of the model; `-` for standard input.
  public var model: String
  /// The tensor's name.
  public var tensor: String
  /// The file to write: .npy, or any other name for the elements alone; `-` for standard output, as
  /// .npy.
  public var output: String
  /// Whether an existing output may be replaced.
  public var replaces = false

  /// Prepares to extract; nothing is read yet.
  public init(model: String, tensor: String, output: String) {
    self.model = model
    self.tensor = tensor
    self.output = output
  }

  /// What was written.
  public struct Result: Sendable, Encodable {
    /// Which report this is, and its version.
    public let schema = "sparsify/extract/1"
    /// The element type, such as `float32`.
    public let elementType: String
    /// The dimensions.
    public let shape: [Int]
    /// The bytes of the elements.
    public let bytes: Int
    /// What is odd about the output.
    public let warnings: [String]
  }

  /// Extracts.
  ///
  /// - Throws: a `DiagnosticError`; `ConversionError.noTensor` when there is none of that name.
  public func run() throws -> Result {
    let file = try OpenFile(input: model)
    return try FileFailure.naming(file.path) {
      let loaded = try ModelFormats.format(of: file).read(file, isVerifying: false)
      let found = try find(in: loaded.model)
      let sink = try AtomicFile(
        output: output, replaces: replaces, inputs: loaded.inputs.map(\.identity))
      let header = ArrayHeader(tensor: found)
      let isArray = output == standardStreamPath || output.lowercased().hasSuffix(".npy")
      if isArray { try sink.write(try header.bytes()) }
      try sink.write(found.contents)
      try sink.commit()
      let warnings =
        isArray && !header.isExact
        ? ["NumPy has no \(found.elementType.name): the array holds its bytes"] : []
      return Result(
        elementType: found.elementType.name, shape: found.shape.dimensions,
        bytes: found.contents.byteCount, warnings: warnings)
    }
  }

  private func find(in model: Model) throws(ConversionError) -> Tensor {
    let uses = TensorUses(model)
    let names = model.tensorIDs.map { uses.name(of: $0, in: model) }
    guard let wanted = names.firstIndex(of: tensor).map({ model.tensorIDs[$0] }) else {
      throw .noTensor(tensor, near: nearest(among: names))
    }
    guard model[wanted].elementType != .string else {
      throw .badOption("\"\(tensor)\" is a tensor of strings", hint: "extract tensors of numbers")
    }
    return model[wanted]
  }

  /// The names that look most like the wanted one.
  private func nearest(among names: [String]) -> [String] {
    let names = names.filter { !$0.isEmpty }
    let within = names.filter { $0.contains(tensor) || tensor.contains($0) }
    return Array((within.isEmpty ? names : within).prefix(3))
  }
}

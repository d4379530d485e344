internal import ByteStorage
internal import ModelGraph
internal import SparseContainer

/// The tensors of a model as rows of a report, as far as the structure tells.
struct TensorRows {
  private let model: Model
  private let uses: TensorUses
  private let unusedIDs: UnusedTensors

  init(_ model: Model) {
    self.model = model
    uses = TensorUses(model)
    unusedIDs = UnusedTensors(model)
  }

  /// The names of the tensors that no output depends on.
  var unused: [String] {
    model.tensorIDs.filter(unusedIDs.contains).map { uses.name(of: $0, in: model) }
  }

  /// Elements of the weights the model uses; 64-bit integers are shapes and indices.
  var parameters: Int {
    model.tensorIDs.filter { !unusedIDs.contains($0) }.map { model[$0] }.reduce(0) { sum, tensor in
      switch tensor.elementType {
      case .int64, .uint64, .bool, .string: sum
      default: sum + tensor.shape.elementCount
      }
    }
  }

  /// A row for each tensor, in the order of the file.
  func all() throws -> [ModelReport.TensorRow] {
    try model.tensorIDs.map(row)
  }

  private func row(_ id: TensorID) throws -> ModelReport.TensorRow {
    let tensor = model[id]
    let use = uses.use(of: id)
    let nobody = unusedIDs.contains(id) ? "(unused)" : "(output)"
    let stored = try (tensor.contents as? any StoredContents)?.storedForm()
    return ModelReport.TensorRow(
      name: uses.name(of: id, in: model),
      layer: use?.layer ?? nobody, operatorType: use?.operatorType ?? nobody,
      elementType: tensor.elementType.name, shape: tensor.shape.dimensions,
      elements: tensor.shape.elementCount,
      bytes: tensor.elementType == .string ? tensor.annotation.count : tensor.contents.byteCount,
      storedBytes: stored?.byteCount, encoding: stored?.encodings.joined(separator: "+"),
      shard: stored?.shard?.escaped, offset: stored?.offset)
  }
}

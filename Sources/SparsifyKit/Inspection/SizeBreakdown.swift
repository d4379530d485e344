/// Tensors added up by something they have in common, largest first.
public struct SizeBreakdown: Sendable, Codable {
  /// What tensors are added up by.
  public enum Key: String, Sendable, Codable, CaseIterable {
    case layer
    case `operator`
    case dtype
    case encoding
  }

  /// One line of the breakdown.
  public struct Row: Sendable, Codable {
    /// What the tensors have in common.
    public var name: String
    /// How many there are.
    public var tensors = 0
    /// Their elements.
    public var elements = 0
    /// Bytes of their contents.
    public var bytes = 0
    /// Their share of the bytes of all tensors, 0 to 1.
    public var share = 0.0
    /// Their zeros, when all were counted.
    public var zeros: Int?
    /// Bytes they take in the container, when they are in one.
    public var storedBytes: Int?
    /// How often they are multiplied with and added; only by layer.
    public var operations: Int?
  }

  /// What the rows are.
  public var key: Key
  /// The rows, largest first, ties by name.
  public var rows: [Row]

  /// Adds up the tensors of a report.
  public init(_ report: ModelReport, by key: Key) {
    var rows: [String: Row] = [:]
    for tensor in report.tensors {
      let name = Self.name(of: tensor, by: key)
      rows[name, default: Row(name: name)].add(tensor)
    }
    let total = Double(max(report.tensorBytes, 1))
    self.key = key
    self.rows = rows.values.map { row in
      var row = row
      row.share = Double(row.bytes) / total
      if key == .layer { row.operations = report.operations.layers[row.name] }
      return row
    }
    .sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
  }

  private static func name(of tensor: ModelReport.TensorRow, by key: Key) -> String {
    switch key {
    case .layer: tensor.layer
    case .operator: tensor.operatorType
    case .dtype: tensor.elementType
    case .encoding: tensor.encoding ?? "in the structure"
    }
  }
}

extension SizeBreakdown.Row {
  fileprivate mutating func add(_ tensor: ModelReport.TensorRow) {
    zeros = tensors == 0 ? tensor.zeros : sum(zeros, tensor.zeros)
    storedBytes = (storedBytes ?? 0) + (tensor.storedBytes ?? 0)
    tensors += 1
    elements += tensor.elements
    bytes += tensor.bytes
  }

  private func sum(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return nil }
    return left + right
  }
}

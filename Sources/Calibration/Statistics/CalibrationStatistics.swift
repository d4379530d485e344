internal import LinearAlgebra
internal import Reconstruction

/// Sums of what the layers of a dense network read.
///
/// They are all that choosing and fitting weights asks for, they can be kept, and those of several
/// sets of samples add up.
public struct CalibrationStatistics: Sendable, Hashable {
  /// The sums of one layer.
  public struct Layer: Sendable, Hashable {
    /// The name of its weights.
    public let tensor: String
    /// How many outputs a group of it has.
    public let rows: Int
    /// The sums of what each group reads.
    public fileprivate(set) var groups: [Group]

    /// Puts the sums of a layer together.
    public init(tensor: String, rows: Int, groups: [Group]) {
      (self.tensor, self.rows, self.groups) = (tensor, rows, groups)
    }
  }

  /// Sums over the windows or vectors that one group reads.
  public struct Group: Sendable, Hashable {
    /// How many there are.
    public fileprivate(set) var count: Int
    /// Sums of each input.
    public fileprivate(set) var sums: [Double]
    /// Sums of the products of two inputs, the lower triangle row by row.
    public fileprivate(set) var products: [Double]

    /// Puts sums together; nil when there are not as many products as pairs of inputs.
    public init?(count: Int, sums: [Double], products: [Double]) {
      guard count >= 0, products.count == Self.pairs(of: sums.count) else { return nil }
      (self.count, self.sums, self.products) = (count, sums, products)
    }

    /// How many pairs of inputs there are, equal ones among them.
    public static func pairs(of inputs: Int) -> Int { inputs * (inputs + 1) / 2 }
  }

  /// How many samples were looked at.
  public private(set) var sampleCount: Int
  /// The layers, in the order they run.
  public private(set) var layers: [Layer]

  /// Puts statistics together.
  public init(sampleCount: Int, layers: [Layer]) {
    (self.sampleCount, self.layers) = (sampleCount, layers)
  }

  /// Adds those of other samples.
  ///
  /// Throws `CalibrationError.otherStatistics` when they are about other layers.
  public mutating func add(_ other: CalibrationStatistics) throws(CalibrationError) {
    guard layers.count == other.layers.count else {
      throw .otherStatistics("one has \(layers.count) layers, another \(other.layers.count)")
    }
    for (layer, added) in zip(layers, other.layers) where !layer.hasShape(of: added) {
      throw .otherStatistics("\"\(layer.tensor)\" in one is \"\(added.tensor)\" in another")
    }
    sampleCount += other.sampleCount
    for layer in layers.indices {
      for group in layers[layer].groups.indices {
        layers[layer].groups[group].add(other.layers[layer].groups[group])
      }
    }
  }
}

extension CalibrationStatistics.Layer {
  fileprivate func hasShape(of other: Self) -> Bool {
    tensor == other.tensor && rows == other.rows
      && groups.map(\.sums.count) == other.groups.map(\.sums.count)
  }

  /// The sums for a layer of a model, with the outputs that its dense weights make of them.
  ///
  /// Throws `CalibrationError.otherStatistics` when the layer has another shape.
  func moments(
    for layer: LinearLayer, of weights: [Matrix], bias: [Double]
  ) throws(CalibrationError) -> [GroupMoments] {
    guard groups.count == layer.groups, rows == layer.rows,
      groups.allSatisfy({ $0.sums.count == layer.columns })
    else { throw .otherStatistics("\"\(tensor)\" has another shape in the model") }
    return zip(groups, weights).enumerated().map { index, pair in
      let outputs = layer.outputs(ofGroup: index)
      let moments = LayerMoments(
        count: pair.0.count, inputs: pair.0.sums, products: pair.0.products, of: pair.1,
        bias: bias.isEmpty ? [] : Array(bias[outputs]))
      return GroupMoments(moments: moments, dense: OutputSpread(moments))
    }
  }
}

extension CalibrationStatistics.Group {
  init(_ moments: LayerMoments) {
    (count, sums, products) = (moments.count, moments.inputSums, moments.inputProductSums)
  }

  fileprivate mutating func add(_ other: Self) {
    count += other.count
    for index in sums.indices { sums[index] += other.sums[index] }
    for index in products.indices { products[index] += other.products[index] }
  }
}

internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// The numbers that a constant holds for the indices of dimensions; NaN where positions differ.
struct ChannelConstants {
  /// Larger constants are not looked into: biases and factors are small.
  private static let maximumCount = 1 << 20

  /// The numbers of the dimensions that the constant has.
  private(set) var numbers: [DimensionID: [Float]] = [:]
  /// The number that stands everywhere in a constant without dimensions; nil when there is none.
  private(set) var uniform: Float?

  /// Looks into what a node reads; nothing is known of what cannot be read.
  init(of use: ParameterUse, in layouts: ParameterLayouts) {
    let (table, shape) = (layouts.table, layouts.model[use.tensor].shape.dimensions)
    guard use.axes.map(table.size) == shape,
      shape.reduce(1, DimensionTable.product) <= Self.maximumCount,
      let elements = try? Self.elements(of: use.tensor, in: layouts.model), !elements.isEmpty
    else { return }
    let axes = use.axes.map(table.resolved)
    let having = axes.indices.filter { !axes[$0].dimensions.isEmpty }
    guard let axis = having.first else {
      uniform = elements.allSatisfy { $0 == elements[0] } ? elements[0] : nil
      return
    }
    guard having.count == 1 else { return }
    let positions = Self.common(elements, shape, axis)
    for (id, places) in table.occurrences(in: axes[axis]) {
      var known =
        numbers[id].map { $0.map { Optional($0) } } ?? Array(repeating: nil, count: table[id].size)
      for (position, index) in places {
        let number = positions[position]
        known[index] = known[index].map { $0 == number ? $0 : .nan } ?? number
      }
      numbers[id] = known.map { $0 ?? .nan }
    }
  }

  /// For each position of an axis the number that all elements there have, or NaN.
  private static func common(_ elements: [Float], _ shape: [Int], _ axis: Int) -> [Float] {
    let stride = shape[(axis + 1)...].reduce(1, *)
    if stride == 1, elements.count == shape[axis] { return elements }
    var result: [Float?] = Array(repeating: nil, count: shape[axis])
    for (place, element) in elements.enumerated() {
      let position = place / stride % shape[axis]
      result[position] = result[position].map { $0 == element ? $0 : .nan } ?? element
    }
    return result.map { $0 ?? .nan }
  }

  /// The elements of a tensor as numbers; nil for what is no number or does not fit its shape.
  ///
  /// Integers may be quantised, so that all but zero is not known.
  static func elements(of id: TensorID, in model: Model) throws -> [Float]? {
    let tensor = model[id]
    guard tensor.contentsRefusal == nil, tensor.elementType.isFloat || tensor.elementType.isInteger
    else { return nil }
    var elements: [Float] = []
    let stream = WeightStream(id, of: model, quantization: nil)
    let buffer = ValueBuffer()
    for piece in stream.pieces(of: 0..<stream.count) {
      try buffer.withValues(of: piece, in: stream) { elements += $0 }
    }
    return tensor.elementType.isFloat ? elements : elements.map { $0 == 0 ? 0 : .nan }
  }
}

internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// Finds the layers whose weights can be chosen anew by what they read.
struct LayerFinder {
  private let model: Model
  private let index: GraphIndex

  init(_ model: Model, _ index: GraphIndex) {
    self.model = model
    self.index = index
  }

  /// All layers of a model, in the order of their weights.
  ///
  /// Throws what finding weights throws.
  static func layers(of model: Model) throws -> [LinearLayer] {
    try search(model, GraphIndex(model)).layers
  }

  /// All layers, and why other weights are of none.
  ///
  /// Throws what finding weights throws.
  static func search(
    _ model: Model, _ index: GraphIndex
  ) throws -> (layers: [LinearLayer], refusals: [TensorID: String]) {
    let finder = LayerFinder(model, index)
    var (layers, refusals): ([LinearLayer], [TensorID: String]) = ([], [:])
    for weight in try PrunableWeights(of: model).weights where weight.refusal == nil {
      do {
        layers.append(try finder.layer(of: weight))
      } catch {
        refusals[weight.tensor] = error.reason
      }
    }
    return (layers, refusals)
  }

  /// The layer that reads a weight.
  ///
  /// Throws `WeightRefusal`'s words, as `LayerRefusal`, when there is none.
  func layer(of weight: PrunableWeight) throws(LayerRefusal) -> LinearLayer {
    guard model[weight.tensor].elementType.isPlainFloat else {
      throw LayerRefusal("\(model[weight.tensor].elementType.name) weights are not fitted anew")
    }
    guard let reader = weight.readers.only, weight.otherReaders.isEmpty else {
      throw LayerRefusal("several operators read it")
    }
    guard reader.node.graph == .main else {
      throw LayerRefusal("it is read inside of a branch, loop or function")
    }
    guard let layout = weight.layout else {
      throw LayerRefusal("it is not stored as a matrix")
    }
    let node = model[reader.node]
    let layer: LinearLayer? =
      switch node.operatorType {
      case "Conv", "FusedConv": convolution(weight, reader, node)
      case "MatMul" where node.isStandard: product(weight, reader, layout, bias: nil)
      case "Gemm" where node.isStandard && node.isPlainProduct:
        product(weight, reader, layout, bias: 2)
      default: nil
      }
    guard let layer else { throw LayerRefusal("\(node.operatorType) is not fitted anew") }
    return layer
  }

  private func convolution(
    _ weight: PrunableWeight, _ reader: WeightReader, _ node: Node
  ) -> LinearLayer? {
    let sizes = model[weight.tensor].shape.dimensions
    let groups = node.integer("group", default: 1)
    guard sizes.count > 2, node.inputs.count > 1, let output = node.outputs.first,
      case .initializer(weight.tensor)? = index.definition(of: node.inputs[1], in: .main),
      let attributes = WindowAttributes(node, kernel: Array(sizes[2...])),
      groups > 0, sizes[0] > 0, sizes[0] % groups == 0
    else { return nil }
    let columns = sizes[1...].reduce(1, *)
    return LinearLayer(
      node: reader.node.index, name: reader.name, tensor: weight.tensor, input: node.inputs[0],
      output: output, form: .windows(attributes), groups: groups, rows: sizes[0] / groups,
      columns: columns, rowStride: columns, columnStride: 1,
      bias: BiasPlace(reader.node.index, in: model, index: index, outputs: sizes[0], operand: 2))
  }

  private func product(
    _ weight: PrunableWeight, _ reader: WeightReader, _ layout: WeightLayout, bias: Int?
  ) -> LinearLayer? {
    let node = model[reader.node]
    guard let output = layout.output, let result = node.outputs.first, node.inputs.count > 1,
      layout.reduction.length * output.length == model[weight.tensor].shape.elementCount,
      // Weights on the left make columns of the output, not vectors.
      index.definition(of: node.inputs[0], in: .main).map({ !$0.isConstant }) ?? false
    else { return nil }
    return LinearLayer(
      node: reader.node.index, name: reader.name, tensor: weight.tensor, input: node.inputs[0],
      output: result, form: .vectors, groups: 1, rows: output.length,
      columns: layout.reduction.length, rowStride: output.stride,
      columnStride: layout.reduction.stride,
      bias: BiasPlace(
        reader.node.index, in: model, index: index, outputs: output.length, operand: bias))
  }
}

/// Why a weight is pruned without regard to what its layer reads.
struct LayerRefusal: Error {
  /// The reason, as the end of a sentence about the tensor.
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

extension ElementType {
  /// True for the floats that are computed with as they are.
  var isPlainFloat: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }
}

extension GraphIndex.Definition {
  var isConstant: Bool {
    switch self {
    case .initializer, .sparseInitializer: true
    case .node, .input: false
    }
  }
}

extension Node {
  /// True for a Gemm that is a product of its inputs and nothing but a bias.
  fileprivate var isPlainProduct: Bool {
    func isOne(_ name: ByteString) -> Bool {
      guard case .float(let value) = attribute(name) else { return true }
      return value == 1
    }
    return integer("transA") == 0 && isOne("alpha") && isOne("beta")
  }
}

internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Removal {
  func finished() -> Model {
    var model = structure.model
    let slicedShapes = Dictionary(
      parameters.replaced.map { ($0.by.name, $0.by.shape.dimensions) },
      uniquingKeysWith: { first, _ in first })
    model.editGraphs { graphs, tensors in
      for (id, tensor) in parameters.replaced { tensors[id.index] = tensor }
      for tensor in parameters.added + compensated + literals.tensors {
        graphs[0].initializers.append(TensorID(tensors.count))
        tensors.append(tensor)
      }
      graphs[0].values = graphs[0].values.compactMap { updated($0, slicedShapes) }
      graphs[0].nodes = nodes
    }
    model.removeUnread(since: structure.model)
    return model
  }

  /// What is known of a value after removal; nil when it is not known.
  private func updated(_ value: Value, _ slicedShapes: [ByteString: [Int]]) -> Value? {
    guard case .tensor(let type, let dimensions?) = value.type,
      let old = contexts.first.flatMap({ _ in structure.facts[value.name] })?.shape,
      old.count == dimensions.count
    else { return nil }
    let now = slicedShapes[value.name] ?? facts[0][value.name]?.shape ?? old
    guard now.count == old.count else { return nil }
    if now == old { return value }
    var result = value
    result.type = .tensor(
      type,
      zip(dimensions, zip(old, now)).map { dimension, sizes in
        if sizes.0 == sizes.1 { return dimension }
        guard case .fixed = dimension else { return .unknown }
        return .fixed(sizes.1)
      })
    return result
  }
}

extension Node {
  /// Sets an attribute, which may be new.
  mutating func set(_ name: ByteString, _ value: AttributeValue) {
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index].value = value
    } else {
      attributes.append(Attribute(name: name, value: value))
    }
  }
}

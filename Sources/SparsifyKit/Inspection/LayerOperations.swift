internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// How often the layers of a model multiply and add, for stated sizes of its dynamic dimensions.
public struct LayerOperations: Sendable, Codable {
  /// The sizes that dynamic dimensions of inputs were given, by input and axis, such as `x[0]`.
  public var assumed: [String: Int]
  /// Multiply-accumulates by node; nodes that are not counted are left out.
  public var layers: [String: Int]
  /// How many counted nodes have unknown shapes.
  public var unknown: Int

  /// All of them together.
  public var total: Int { layers.values.reduce(0) { $0.addingReportingOverflow($1).partialValue } }

  init(_ model: Model) {
    let facts = EvaluatedGraph(model, .single)
    layers = [:]
    unknown = 0
    for node in model[.main].nodes {
      let count = multiplyAccumulates(
        of: node, inputs: node.inputs.map { facts[$0] }, outputs: node.outputs.map { facts[$0] })
      guard let count else {
        unknown += 1
        continue
      }
      guard count > 0 else { continue }
      layers[node.label, default: 0] += count
    }
    assumed = [:]
    for input in model[.main].inputs {
      guard case .tensor(_, let dimensions?) = input.type, let shape = facts[input.name]?.shape
      else { continue }
      for (axis, dimension) in dimensions.enumerated() {
        if case .fixed = dimension { continue }
        assumed["\(input.name.escaped)[\(axis)]"] = shape[axis]
      }
    }
  }
}

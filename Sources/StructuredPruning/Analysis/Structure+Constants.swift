internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Structure {
  /// The constants of the main graph by name.
  static func constants(of model: Model) -> [ByteString: TensorID] {
    var constants: [ByteString: TensorID] = [:]
    for id in model[.main].initializers { constants[model[id].name] = id }
    for node in model[.main].nodes where node.operatorType == "Constant" {
      guard case .tensor(let id)? = node.attribute("value"), let name = node.outputs.first else {
        continue
      }
      constants[name] = id
    }
    return constants
  }

  /// Constants that must keep their shape, with the reason.
  static func untouchable(in model: Model) -> [ByteString: String] {
    let main = model[.main]
    var found: [ByteString: String] = [:]
    for node in main.nodes {
      for name in model.namesRead(inBodiesOf: node) {
        found[name] = "the constant \"\(name.escaped)\" is also read inside of a body"
      }
    }
    for output in main.outputs {
      found[output.name] = "the constant \"\(output.name.escaped)\" is also an output"
    }
    for input in main.inputs {
      found[input.name] = "the constant \"\(input.name.escaped)\" can be given as an input"
    }
    return found
  }
}

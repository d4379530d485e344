internal import ByteStorage
internal import CSchemas
internal import ModelGraph

extension ModelReader {
  /// Checks the version of the format.
  mutating func checkVersion(_ proto: Proto<ModelProto>) throws {
    guard proto.pointee.has_ir_version != 0 else {
      throw ONNXError(.formatVersion, "the model does not say its IR version")
    }
    let version = proto.pointee.ir_version
    guard (1...Int64(ONNXSchema.highestPlausibleVersion)).contains(version) else {
      throw ONNXError(.formatVersion, "IR version \(version) does not exist")
    }
    if version > ONNXSchema.newestVersion {
      let known = ONNXSchema.newestVersion
      warnings.append(
        Warning(.newerVersion, "IR version \(version) is newer than \(known), the newest known"))
    }
  }

  /// Checks the operator sets: each domain once, in a version that can be.
  mutating func checkOperatorSets(formatVersion: Int) throws {
    // Operator sets came with version 3 of the format.
    guard !operatorSets.isEmpty || formatVersion < 3 else {
      throw ONNXError(.operatorSet, "the model imports no opset")
    }
    var versions: [ByteString: Int] = [:]
    for set in operatorSets {
      let isStandard = set.domain.isEmpty || set.domain == "ai.onnx"
      let shown = isStandard ? "ai.onnx" : set.domain.escaped
      try check(set, isStandard, shown)
      // A single set, as most models have, needs no table.
      guard operatorSets.count > 1,
        let known = versions.updateValue(set.version, forKey: isStandard ? "" : set.domain)
      else { continue }
      guard known == set.version else {
        throw ONNXError(
          .operatorSet, "opset \(shown) is imported as \(known) and as \(set.version)")
      }
      warnings.append(Warning(.repeatedOperatorSet, "\(shown) \(known) is imported twice"))
    }
  }

  private mutating func check(_ set: OperatorSet, _ isStandard: Bool, _ shown: String) throws {
    let highest = isStandard ? ONNXSchema.highestPlausibleVersion : Int(Int32.max)
    guard (isStandard ? 1 : 0)...highest ~= set.version else {
      throw ONNXError(.operatorSet, "opset \(set.version) of \(shown) does not exist")
    }
    if isStandard, set.version > ONNXSchema.newestOperatorSet {
      let known = ONNXSchema.newestOperatorSet
      warnings.append(
        Warning(.newerOperatorSet, "operator set \(set.version) is newer than \(known)"))
    }
  }

  /// Checks that each constant and each result of a graph has a name of its own.
  func checkNames(_ graph: Graph) throws {
    var constants: Set<ByteString> = []
    for id in graph.initializers + graph.sparseInitializers.map(\.values) {
      let name = tensors[id.index].name
      guard !name.isEmpty else {
        throw ONNXError(.initializerName, "an initializer of graph \"\(graph.name)\" has no name")
      }
      guard constants.insert(name).inserted else {
        throw ONNXError(.initializerName, "two initializers are named \"\(name)\"")
      }
    }
    let given = constants.union(graph.inputs.map(\.name))
    var results = Set<ByteString>(minimumCapacity: graph.nodes.count)
    for node in graph.nodes {
      for output in node.outputs where !output.isEmpty {
        guard results.insert(output).inserted else {
          throw ONNXError(
            .outputName, "two nodes of graph \"\(graph.name)\" make a value \"\(output)\"")
        }
        guard !given.contains(output) else {
          let kind = constants.contains(output) ? "initializer" : "input"
          throw ONNXError(
            .outputName,
            "a node of graph \"\(graph.name)\" makes a value \"\(output)\", which is an \(kind)")
        }
      }
    }
  }
}

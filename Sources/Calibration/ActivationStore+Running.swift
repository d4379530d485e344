internal import ByteStorage
internal import Inference
internal import ModelGraph

extension ActivationStore {
  /// The samples as they come.
  ///
  /// Throws what reading and storing them throws.
  convenience init(_ feed: CalibrationFeed) throws {
    try self.init()
    for chunk in 0..<feed.chunkCount {
      let arrays = try feed.chunk(chunk)
      try append(Dictionary(uniqueKeysWithValues: arrays.map { (ByteString($0.key), $0.value) }))
    }
  }

  /// The values that are alive after a stage.
  ///
  /// Throws what running it throws, and `CalibrationError.notNumbers`.
  func advanced(
    over stage: Schedule.Stage, of model: Model, constants: [Int], with runner: any PartRunner
  ) throws -> ActivationStore {
    let result = try ActivationStore()
    let nodes = stage.nodes.map { model[.main].nodes[$0] }
    let made = Set(nodes.flatMap(\.outputs))
    let outputs = stage.live.filter { made.contains($0) }.sorted()
    let passed = stage.live.subtracting(made)
    let read = Set(nodes.flatMap { $0.inputs + model.namesRead(inBodiesOf: $0) })
    let inputs = read.sorted().compactMap { name in
      elementType(of: name).map { (name: name, type: $0) }
    }
    if !outputs.isEmpty {
      try runner.load(
        model.segment(stage.nodes, constants: constants, inputs: inputs, outputs: outputs))
    }
    for chunk in 0..<chunkCount {
      var values: [ByteString: NumericArray] = [:]
      if !outputs.isEmpty {
        var given: [String: NumericArray] = [:]
        for (name, _) in inputs { given[name.text] = try value(name, ofChunk: chunk) }
        let answers = try runner.run(given, outputs: outputs.map(\.text))
        for name in outputs { values[name] = answers[name.text] }
      }
      try result.append(values, and: passed, of: self)
    }
    return result
  }
}

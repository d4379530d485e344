internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat

/// A model that can be read is written as the same bytes; packed anew, it can be read again and says
/// the same.
func checkModelFile(_ input: [UInt8]) throws {
  let format = ONNXModelFormat()
  let model = try format.read(inMemory: MemorySource(input)).model
  try unrefused { try require(written(model) == input, "an unchanged model keeps its bytes") }
  try unrefused {
    let packed = try written(anew(model))
    let again = try format.read(inMemory: MemorySource(packed)).model
    try require(written(anew(again)) == packed, "a model packed twice has the same bytes")
    try requireSameTensors(model, again)
  }
}

/// The model as if its graph had been changed.
private func anew(_ model: Model) -> Model {
  var model = model
  model.dropDocument()
  return model
}

/// The bytes of the model file.
private func written(_ model: Model) throws -> [UInt8] {
  let sink = MemorySink()
  for file in try ONNXModelFormat().document(for: model).files {
    try model.write(file, to: sink, threads: 1)
  }
  return sink.contents
}

private func requireSameTensors(_ first: Model, _ second: Model) throws {
  try require(first.tensors.count == second.tensors.count, "packing keeps all tensors")
  for (left, right) in zip(first.tensors, second.tensors) {
    try require(
      left.name == right.name && left.shape == right.shape && left.elementType == right.elementType
        && left.contents.bytes() == right.contents.bytes(), "packing keeps a tensor as it is")
  }
}

/// Runs what must not be refused.
private func unrefused(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let refusal as any DiagnosticError {
    throw Violation(claim: "a model that was read can be written; but \(refusal)")
  }
}

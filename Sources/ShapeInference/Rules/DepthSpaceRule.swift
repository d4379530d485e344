internal import ByteStorage
internal import ModelGraph

/// DepthToSpace and SpaceToDepth.
struct DepthSpaceRule: ShapeRule {
  var operators: [String] { ["DepthToSpace", "SpaceToDepth"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let block = call.node.integer("blocksize")
    guard input.shape.count == 4, (1..<1 << 10).contains(block) else {
      throw .contradiction("blocks of \(block) do not fit \(input.shape.count) axes")
    }
    let (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    if call.node.operatorType == "DepthToSpace" {
      guard c % (block * block) == 0 else {
        throw .contradiction("\(c) channels are no blocks of \(block)")
      }
      return try call.output([n, c / (block * block), h * block, w * block], input.elementType)
    }
    guard h % block == 0, w % block == 0 else {
      throw .contradiction("\(h) x \(w) positions are no blocks of \(block)")
    }
    return try call.output([n, c * block * block, h / block, w / block], input.elementType)
  }
}

internal import ByteStorage
internal import ModelGraph

/// Pad: new positions at the ends of an axis are fixed.
struct PadRule: OperatorRule {
  var operators: [String] { ["Pad"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      shape.count == axes.count
    else { return }
    let pads = Self.pads(node, rank: axes.count)
    structure.set(
      node,
      axes.indices.map { place in
        let size = structure.size(axes[place])
        guard let (before, after) = pads?[place], before >= 0, after >= 0,
          before <= shape[place], after <= shape[place] - before,
          shape[place] - before - after == size
        else {
          if size != shape[place] {
            structure.freeze(axes[place], at: node, "cuts or stretches it")
            return .fixed(shape[place])
          }
          return axes[place]
        }
        guard before > 0 || after > 0 else { return axes[place] }
        if Self.reflects(node) {
          structure.freeze(axes[place], at: node, "repeats positions at its ends")
        }
        return .concatenation([.fixed(before), axes[place], .fixed(after)])
      })
  }

  private static func reflects(_ node: NodeContext) -> Bool {
    guard case .string(let mode)? = node.node.attribute("mode") else { return false }
    return mode != "constant"
  }

  private static func pads(_ node: NodeContext, rank: Int) -> [Int: (Int, Int)]? {
    guard let pads = node.integers(attribute: "pads") ?? node.integers(input: 1) else { return nil }
    let axes = node.integers(input: 3) ?? Array(0..<rank)
    guard pads.count == 2 * axes.count else { return nil }
    var result: [Int: (Int, Int)] = [:]
    for (index, axis) in axes.enumerated() {
      guard let place = node.axis(axis, rank: rank) else { return nil }
      result[place] = (pads[index], pads[axes.count + index])
    }
    return result
  }
}

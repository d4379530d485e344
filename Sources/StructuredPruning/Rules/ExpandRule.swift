internal import ByteStorage
internal import ModelGraph

/// Expand: axes of one are stretched.
struct ExpandRule: OperatorRule {
  var operators: [String] { ["Expand"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0) else {
      return
    }
    let missing = shape.count - axes.count
    guard missing >= 0 else { return }
    structure.set(
      node,
      shape.enumerated().map { place, size in
        guard place >= missing, structure.size(axes[place - missing]) == size else {
          // What is stretched may be stretched less: whatever meets the axis says how far.
          return structure.makeAxis(size)
        }
        return axes[place - missing]
      })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard let target = change.newShape(), let source = change.newShape(input: 0),
      source.count <= target.count
    else { return [:] }
    let wanted = ArgumentRequirement(target) { elements in
      guard elements.count <= target.count else { return false }
      let padded = Array(repeating: 1, count: target.count - elements.count) + elements
      let own = Array(repeating: 1, count: target.count - source.count) + source
      return zip(padded, zip(own, target)).allSatisfy { given, sizes in
        given == sizes.1 || (given == 1 && sizes.0 == sizes.1)
      }
    }
    return [1: wanted]
  }
}

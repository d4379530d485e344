internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// The shapes of values after removal, under any assignment of the dynamic dimensions.
///
/// A class, for every node asks it and a copy of the structure counts some twenty references.
final class NewShapes: Sendable {
  private let structure: Structure
  private let kept: KeptIndices
  private let counts: [DimensionID: Int]

  init(_ structure: Structure, _ kept: KeptIndices) {
    self.structure = structure
    self.kept = kept
    counts = kept.masks.mapValues { mask in mask.count { $0 } }
  }

  /// How many positions of an axis stay under the assignment the analysis was made with.
  func size(of axis: AxisLayout) -> Int {
    structure.table.size(of: axis) { id in
      counts[id] ?? structure.table[id].size
    }
  }

  /// How many positions stay below one of an axis of a node's input; all when nothing is known of it.
  func keptCount(
    _ context: NodeContext, input: Int, axis: Int, below position: Int
  ) -> Int {
    guard let axes = structure.knownAxes(context, input: input), axes.indices.contains(axis) else {
      return position
    }
    return structure.table.keptCount(of: axes[axis], below: position, kept)
  }

  /// The new shape of a value; nil when it cannot be told.
  ///
  /// `axes` are its layouts, in which dynamic sizes are those of the first assignment; `shape` is its
  /// shape before, under the assignment in question.
  func shape(of axes: [AxisLayout], before shape: [Int]) -> [Int]? {
    guard axes.count == shape.count else { return nil }
    var result: [Int] = []
    for (axis, size) in zip(axes, shape) {
      let (first, new) = (structure.size(axis), self.size(of: axis))
      if new == first {
        result.append(size)
      } else if size == first {
        result.append(new)
      } else {
        // A dynamic size is a factor of the axis, for no rule adds one to a dimension.
        let (product, overflow) = size.multipliedReportingOverflow(by: new)
        guard !overflow, first > 0, product % first == 0 else { return nil }
        result.append(product / first)
      }
    }
    return result
  }
}

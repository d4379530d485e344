internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// The shapes of values after removal, under any assignment of the dynamic dimensions.
struct NewShapes {
  private let structure: Structure
  private let counts: [DimensionID: Int]

  init(_ structure: Structure, _ kept: KeptIndices) {
    self.structure = structure
    counts = kept.masks.mapValues { mask in mask.count { $0 } }
  }

  /// How many positions of an axis stay under the assignment the analysis was made with.
  func size(of axis: AxisLayout) -> Int {
    structure.table.size(of: axis) { id in
      counts[id] ?? structure.table[id].size
    }
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

internal import LinearAlgebra
internal import ModelGraph

/// A layer of the dense network, and what is left of it in the network without some channels.
struct LayerMatch {
  /// What a group of the pruned layer was before.
  struct Group: Hashable {
    /// The dense layer's group.
    let dense: Int
    /// The outputs of that group that are left, in order.
    let rows: [Int]
  }

  let dense: LinearLayer
  let pruned: LinearLayer
  /// For each group of the pruned layer where it comes from.
  let groups: [Group]

  /// A layer that lost nothing.
  init(_ layer: LinearLayer) {
    (dense, pruned) = (layer, layer)
    groups = (0..<layer.groups).map { Group(dense: $0, rows: Array(0..<layer.rows)) }
  }

  /// Matches layers; nil when what is left of the one does not make up the other.
  ///
  /// `kept` are the positions of the dense weights' axes that are left, `shape` their dimensions.
  init?(dense: LinearLayer, pruned: LinearLayer, shape: [Int], kept: [[Bool]?]) {
    let rows = dense.keptRows(shape, kept)
    guard rows.count == pruned.rows * pruned.groups, pruned.form == dense.form else {
      return nil
    }
    var groups: [Group] = []
    for start in stride(from: 0, to: rows.count, by: max(pruned.rows, 1)) {
      let own = rows[start..<start + pruned.rows]
      guard let group = own.first.map({ $0 / dense.rows }),
        own.allSatisfy({ $0 / dense.rows == group })
      else { return nil }
      groups.append(Group(dense: group, rows: own.map { $0 % dense.rows }))
    }
    (self.dense, self.pruned, self.groups) = (dense, pruned, groups)
  }

  /// The dense layer's outputs, counted over all its groups, that a group of the pruned one makes.
  func denseOutputs(ofGroup group: Int) -> [Int] {
    groups[group].rows.map { groups[group].dense * dense.rows + $0 }
  }

  /// True when outputs or inputs are gone.
  var isCut: Bool {
    pruned.rows != dense.rows || pruned.columns != dense.columns || pruned.groups != dense.groups
  }

  /// True when inputs are gone.
  var hasFewerInputs: Bool {
    pruned.columns * pruned.groups != dense.columns * dense.groups
  }
}

extension LinearLayer {
  /// Where along an axis of the stored weights an element is.
  private static func index(of offset: Int, along axis: Int, _ shape: [Int]) -> Int {
    offset / shape[(axis + 1)...].reduce(1, *) % shape[axis]
  }

  /// The outputs of all groups that are left when positions of the weights' axes go.
  func keptRows(_ shape: [Int], _ kept: [[Bool]?]) -> [Int] {
    let all = Array(0..<rows * groups)
    let masked = shape.indices.filter { kept.indices.contains($0) && kept[$0] != nil }
    // Only along the axes that outputs lie on do they have different places.
    let axes = masked.filter { axis in
      all.contains { Self.index(of: $0 * rowStride, along: axis, shape) != 0 }
    }
    return all.filter { row in
      axes.allSatisfy { axis in
        kept[axis]?[Self.index(of: row * rowStride, along: axis, shape)] ?? true
      }
    }
  }

  /// For each channel the inputs that come from it, where an axis of the weights has these channels.
  func columns(ofChannels channels: [Int?], count: Int, axis: Int, _ shape: [Int]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: count)
    for column in 0..<columns {
      let place = Self.index(of: column * columnStride, along: axis, shape)
      if let channel = channels[place] { result[channel].append(column) }
    }
    return result
  }
}

extension Matrix {
  /// Some rows, in the order given.
  func selecting(rows chosen: [Int]) -> Matrix {
    Matrix(rows: chosen.count, columns: columns, chosen.flatMap { row($0) })
  }
}

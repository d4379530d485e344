internal import ByteStorage
internal import ModelGraph

/// The constants of a model after removal: what each use reads.
///
/// A constant that all its readers want alike is sliced where it is. Where readers differ each sort
/// gets a constant of its own; sharing by accident does not tie layers to each other.
struct SlicedParameters {
  /// One sort of slice of one constant.
  private struct Slice: Hashable {
    let name: ByteString
    let masks: [[Bool]?]
  }

  /// The shape each use reads, for uses that change.
  private(set) var shapes: [Int: [Int]] = [:]
  /// Tensors that are sliced where they are.
  private(set) var replaced: [(tensor: TensorID, by: Tensor)] = []
  /// Sliced copies, which become initializers.
  private(set) var added: [Tensor] = []
  /// The uses that read a copy, by index.
  private(set) var renamed: [Int: ByteString] = [:]

  init(
    _ structure: Structure, _ kept: KeptIndices, names: inout NewNames
  ) throws(RemovalFailure) {
    let readers = Self.readerCounts(in: structure.model)
    var slices: [Slice: [Int]] = [:]
    var order: [Slice] = []
    for (index, use) in structure.uses.enumerated() {
      let masks = use.axes.map { structure.table.mask(of: $0, kept) }
      guard masks.contains(where: { $0 != nil }) else { continue }
      let tensor = structure.model[use.tensor]
      shapes[index] = zip(masks, tensor.shape.dimensions).map { $0?.count { $0 } ?? $1 }
      let slice = Slice(name: use.name, masks: masks)
      if slices[slice] == nil { order.append(slice) }
      slices[slice, default: []].append(index)
    }
    for (slice, uses) in try Self.merged(order, slices, structure) {
      guard let first = uses.first else { continue }
      let use = structure.uses[first]
      let tensor = structure.model[use.tensor]
      let isWhole = readers[slice.name] == uses.count
      let name = isWhole ? tensor.name : names.name(like: slice.name, "_kept")
      guard let shape = shapes[first].flatMap(Shape.init),
        let contents = KeptPositionsSource.source(of: tensor, masks: slice.masks)
      else { throw RemovalFailure(node: use.node, reason: "a constant it reads cannot be cut") }
      let sliced = tensor.resized(to: shape, contents: contents, name: name)
      if isWhole {
        replaced.append((use.tensor, sliced))
      } else {
        added.append(sliced)
        for index in uses { renamed[index] = name }
      }
    }
  }

  /// Constants up to this many elements are compared: exporters share vectors of ones and zeros, whose
  /// parts are equal whatever goes.
  private static let comparedCount = 1 << 14

  /// The slices of one constant that come out equal, as one.
  private static func merged(
    _ order: [Slice], _ slices: [Slice: [Int]], _ structure: Structure
  ) throws(RemovalFailure) -> [(Slice, [Int])] {
    var result: [(Slice, [Int])] = []
    var places: [MergeKey: Int] = [:]
    var sorts: [ByteString: Int] = [:]
    for slice in order { sorts[slice.name, default: 0] += 1 }
    for slice in order {
      guard let uses = slices[slice], let first = uses.first else { continue }
      let use = structure.uses[first]
      let tensor = structure.model[use.tensor]
      if sorts[slice.name] != 1, tensor.shape.elementCount <= comparedCount,
        let bytes = try? KeptPositionsSource.source(of: tensor, masks: slice.masks)?.bytes()
      {
        let shape = slice.masks.enumerated().map { axis, mask in
          mask?.count { $0 } ?? tensor.shape.dimensions[axis]
        }
        let key = MergeKey(name: slice.name, shape: shape, bytes: bytes)
        if let place = places[key] {
          result[place].1 += uses
          continue
        }
        places[key] = result.count
      }
      result.append((slice, uses))
    }
    return result
  }

  private struct MergeKey: Hashable {
    let name: ByteString
    let shape: [Int]
    let bytes: [UInt8]
  }

  /// How often each value is read, bodies and outputs counted.
  private static func readerCounts(in model: Model) -> [ByteString: Int] {
    var counts: [ByteString: Int] = [:]
    for graph in model.graphs where graph.role != .function && graph.role != .training {
      for node in graph.nodes {
        for name in node.inputs where !name.isEmpty { counts[name, default: 0] += 1 }
      }
      for output in graph.outputs { counts[output.name, default: 0] += 1 }
    }
    return counts
  }
}

internal import ModelGraph

/// Finds tensors of one element type and shape with the same elements, by their digests.
struct DuplicateTensors {
  private struct Kind: Hashable {
    let elementType: ElementType
    let shape: Shape
  }

  private struct Contents: Hashable {
    let kind: Kind
    let digest: [UInt8]
  }

  /// The tensors that have the type and shape of another, so that a digest is worth its time.
  let candidates: Set<TensorID>
  private let model: Model
  private var places: [Contents: Int] = [:]
  private var all: [[TensorID]] = []

  init(_ model: Model) {
    self.model = model
    let kinds = Dictionary(grouping: model.tensorIDs.filter { model[$0].shape.elementCount > 0 }) {
      Kind(elementType: model[$0].elementType, shape: model[$0].shape)
    }
    candidates = Set(kinds.values.lazy.filter { $0.count > 1 }.joined())
  }

  /// Adds a tensor with the digest of its elements; tensors are added in the order of their ids.
  mutating func add(_ id: TensorID, _ digest: [UInt8]) {
    let kind = Kind(elementType: model[id].elementType, shape: model[id].shape)
    let contents = Contents(kind: kind, digest: digest)
    if let place = places[contents] {
      all[place].append(id)
    } else {
      places[contents] = all.count
      all.append([id])
    }
  }

  /// The sets of equal tensors, in the order of the file.
  var groups: [[TensorID]] { all.filter { $0.count > 1 } }
}

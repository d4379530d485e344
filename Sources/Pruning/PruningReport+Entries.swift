internal import ByteStorage
package import ModelGraph

extension PruningReport {
  /// Says why a tensor was left alone.
  mutating func skip(_ id: TensorID, _ tensor: Tensor, _ reason: String) {
    skipped.append(
      Skipped(
        tensor: id, name: tensor.name, elementType: tensor.elementType, shape: tensor.shape,
        reason: reason))
  }

  /// Warns of a defect that kept a tensor from being pruned.
  mutating func warn(of refusal: WeightRefusal, in tensor: Tensor) {
    warnings.append("tensor \"\(tensor.name)\" is not pruned: \(refusal.reason)")
  }

  /// Says what was done to a tensor.
  mutating func add(_ masked: MaskedWeight, to target: PruningTarget, _ tensor: Tensor) {
    if masked.nanCount > 0 {
      warnings.append("tensor \"\(tensor.name)\" contains \(masked.nanCount) NaN")
    }
    let axis = target.weight.layout?.reduction
    entries.append(
      Entry(
        tensor: target.weight.tensor, name: tensor.name, readers: target.weight.readers,
        elementType: tensor.elementType, shape: tensor.shape, zerosBefore: masked.zerosBefore,
        prunedCount: masked.mask.prunedCount, zerosAfter: masked.zerosAfter,
        axis: axis.flatMap { axis in
          tensor.shape.dimensions.indices.first {
            tensor.shape.dimensions[$0] == axis.length && tensor.shape.stride(of: $0) == axis.stride
          }
        },
        note: Self.note(on: target.weight, nanCount: masked.nanCount)))
  }

  /// Takes over how many zeros tensors have that were changed after pruning.
  package mutating func setZeros(_ counts: [TensorID: Int]) {
    for index in entries.indices {
      entries[index].zerosAfter = counts[entries[index].tensor] ?? entries[index].zerosAfter
    }
  }

  private static func note(on weight: PrunableWeight, nanCount: Int) -> String? {
    var parts: [String] = []
    if nanCount > 0 { parts.append("contains \(nanCount) NaN") }
    if !weight.otherReaders.isEmpty {
      let names = weight.otherReaders.sorted().map(\.escaped).joined(separator: ", ")
      parts.append("also read by \(names)")
    }
    if weight.isOverridable { parts.append("also an input of the model") }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

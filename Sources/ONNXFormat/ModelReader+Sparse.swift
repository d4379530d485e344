internal import ByteStorage
internal import CSchemas
internal import ModelGraph
internal import ProtobufWire

extension ModelReader {
  /// Reads a sparse tensor; its places are checked later.
  mutating func sparseTensor(_ proto: Proto<SparseTensorProto>) throws -> SparseTensor {
    let source = proto.pointee
    guard let values = source.values, let indices = source.indices else {
      throw ONNXError(.sparseTensor, "a sparse tensor of \(nodePlace) lacks values or indices")
    }
    let place = "sparse tensor \"\(ByteString(values.pointee.name))\""
    let dimensions = elements(source.dims, source.n_dims)
    let sparse: SparseTensor
    let shape: Shape
    do {
      shape = try self.shape(dimensions)
      proto.pointee.values = nil
      proto.pointee.indices = nil
      proto.pointee.n_dims = 0
      sparse = SparseTensor(
        values: try tensor(values), indices: try tensor(indices), shape: shape,
        annotation: packed(proto))
    } catch let error as ONNXError where error.rule == .shape {
      throw ONNXError(.shape, "\(place): \(error.detail)")
    }
    guard shape.rank > 0 else { throw ONNXError(.sparseTensor, "\(place): it has no dims") }
    try checkShapes(sparse, place)
    sparseTensors.append(sparse)
    return sparse
  }

  private func checkShapes(_ sparse: SparseTensor, _ place: String) throws {
    let values = tensors[sparse.values.index]
    let indices = tensors[sparse.indices.index]
    guard values.shape.rank == 1, let count = values.shape.dimensions.first else {
      throw ONNXError(
        .sparseTensor, "\(place): its values have shape \(values.shape), not one axis")
    }
    guard indices.elementType == .int64 else {
      throw ONNXError(
        .sparseTensor, "\(place): its indices are \(indices.elementType.name), not int64")
    }
    let wanted = [[count], [count, sparse.shape.rank]]
    guard wanted.contains(indices.shape.dimensions) else {
      throw ONNXError(
        .sparseTensor, "\(place): \(count) values, but indices of shape \(indices.shape)")
    }
    guard count <= sparse.shape.elementCount else {
      throw ONNXError(.sparseTensor, "\(place): \(count) values in a shape of \(sparse.shape)")
    }
  }
}

/// Checks that the places of a sparse tensor are inside of its shape and strictly increase.
struct SparsePlaces {
  private static let pieceSize = 1 << 16

  let shape: Shape
  let indices: any ByteSource
  /// How many numbers make one place: 1 for linear places.
  let width: Int

  func check(_ place: String) throws {
    var last = -1
    var row: [Int] = []
    var offset = 0
    while offset < indices.byteCount {
      let size = min(Self.pieceSize, indices.byteCount - offset)
      let piece = try indices.bytes(in: offset..<offset + size)
      try piece.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count - 7, by: 8) {
          row.append(
            Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Int64.self))))
          guard row.count == width else { continue }
          last = try next(row, after: last, place)
          row.removeAll(keepingCapacity: true)
        }
      }
      offset += size
    }
  }

  /// The linear place of a row, which must lie behind the last one.
  private func next(_ row: [Int], after last: Int, _ place: String) throws -> Int {
    var linear = row.first ?? 0
    if width == shape.rank {
      linear = 0
      for (index, size) in zip(row, shape.dimensions) {
        guard (0..<size).contains(index) else { throw outside(row, place) }
        linear = linear * size + index
      }
    }
    guard (0..<shape.elementCount).contains(linear) else { throw outside(row, place) }
    guard linear > last else {
      throw ONNXError(.sparseTensor, "\(place): its indices do not strictly increase at \(row)")
    }
    return linear
  }

  private func outside(_ row: [Int], _ place: String) -> ONNXError {
    ONNXError(.sparseTensor, "\(place): index \(row) lies outside of \(shape)")
  }
}

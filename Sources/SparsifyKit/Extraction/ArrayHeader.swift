internal import ByteStorage
internal import Inference
internal import ModelGraph

/// The head of a .npy file for a tensor, whose type NumPy may not have.
struct ArrayHeader {
  let tensor: Tensor

  /// Magic, version, the length of the rest, and a Python dictionary filled up with blanks.
  ///
  /// - Throws: `ConversionError.badOption` when the dictionary takes more than 65,535 bytes.
  func bytes() throws(ConversionError) -> [UInt8] {
    guard let bytes = NPYHead.bytes(descriptor: descriptor, dimensions: shape) else {
      throw .badOption("a shape of \(shape.count) dimensions", hint: "extract it as .bin")
    }
    return bytes
  }

  /// True when NumPy has the element type; others are given as bytes of their width.
  var isExact: Bool { NPYHead.descriptor(of: tensor.elementType) != nil }

  /// Elements of less than a byte stay packed, in one dimension.
  private var shape: [Int] {
    (tensor.elementType.bitWidth ?? 0) % 8 == 0
      ? tensor.shape.dimensions : [tensor.contents.byteCount]
  }

  private var descriptor: String {
    let bytes = max(1, (tensor.elementType.bitWidth ?? 8) / 8)
    return NPYHead.descriptor(of: tensor.elementType) ?? (bytes == 1 ? "|V1" : "<V\(bytes)")
  }
}

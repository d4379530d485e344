internal import ModelGraph

/// Reads and writes the bytes of a .npy file.
enum NPYArray {
  /// The array, its elements little-endian and the first dimension slowest.
  ///
  /// - Throws: `NumPyError` when the head lies or the elements are none that are read.
  static func read(_ bytes: [UInt8], name: String) throws(NumPyError) -> NumericArray {
    let header = try NPYHeader(bytes, name: name)
    let present = bytes.count - header.contentsOffset
    guard header.elementType.byteCount(of: header.shape.elementCount) == present else {
      throw .badArray(name, reason: "its shape \(header.shape) does not fit \(present) bytes")
    }
    var contents = Array(bytes[header.contentsOffset...])
    let width = (header.elementType.bitWidth ?? 8) / 8
    if header.isBigEndian { reverseBytes(&contents, width: width) }
    if header.isFortranOrder { transpose(&contents, header.shape, width: width) }
    guard header.elementType != .bool || contents.allSatisfy({ $0 <= 1 }) else {
      throw .badArray(name, reason: "a truth value is neither 0 nor 1")
    }
    guard
      let array = NumericArray(
        elementType: header.elementType, shape: header.shape, contents: contents)
    else { throw .badArray(name, reason: "its shape does not fit its bytes") }
    return array
  }

  /// The bytes of a file with an array; nil for types that NumPy has not.
  static func bytes(of array: NumericArray) -> [UInt8]? {
    NPYHead.descriptor(of: array.elementType)
      .flatMap { NPYHead.bytes(descriptor: $0, dimensions: array.shape.dimensions) }
      .map { $0 + array.contents }
  }

  private static func reverseBytes(_ contents: inout [UInt8], width: Int) {
    for start in stride(from: 0, to: contents.count, by: width) {
      contents[start..<start + width].reverse()
    }
  }

  /// Turns the order with the first dimension fastest into that with the last fastest.
  private static func transpose(_ contents: inout [UInt8], _ shape: Shape, width: Int) {
    guard shape.rank > 1, shape.elementCount > 0 else { return }
    let sizes = shape.dimensions
    // How far apart neighbours along each axis lie in the file.
    var strides = [Int](repeating: width, count: sizes.count)
    for axis in 1..<sizes.count { strides[axis] = strides[axis - 1] * sizes[axis - 1] }
    var places = [Int](repeating: 0, count: sizes.count)
    var source = 0
    var ordered: [UInt8] = []
    ordered.reserveCapacity(contents.count)
    for _ in 0..<shape.elementCount {
      ordered += contents[source..<source + width]
      var axis = sizes.count - 1
      while axis >= 0 {
        places[axis] += 1
        source += strides[axis]
        guard places[axis] == sizes[axis] else { break }
        source -= strides[axis] * sizes[axis]
        places[axis] = 0
        axis -= 1
      }
    }
    contents = ordered
  }
}

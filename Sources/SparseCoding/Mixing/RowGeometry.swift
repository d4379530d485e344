internal import ByteStorage
internal import CKernels

/// How the elements of a chunk lie in their tensor, as far as their sizes may follow it.
struct RowGeometry: Hashable {
  static let largestKernel = Int(MIXING_LARGEST_KERNEL)

  /// Elements of a row: of all that the first dimension has one of.
  let rowLength: Int
  /// Neighbours in a row that belong together, such as the taps of a filter; divides the row.
  let kernel: Int
  /// The place of the chunk's first element in its row.
  let first: Int

  /// How many kernels a row has.
  var channelCount: Int { rowLength / kernel }

  /// The rows in C.
  var rows: row_geometry { row_geometry(length: rowLength, kernel: kernel, first: first) }

  /// True when the numbers fit each other and a chunk of `count` elements.
  func isPossible(_ count: Int = Limits.chunkElements) -> Bool {
    rowLength > 0 && rowLength <= count && 0..<rowLength ~= first
      && 1...Self.largestKernel ~= kernel && rowLength % kernel == 0
  }
}

// MARK: - Bytes

extension RowGeometry {
  func write(to coded: inout [UInt8]) {
    for number in [rowLength, kernel, first] { coded.append(number: number) }
  }

  init(from reader: inout CodedReader) throws(SparseCodingError) {
    rowLength = try reader.number()
    kernel = try reader.number()
    first = try reader.number()
  }
}

import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import SparseContainer

@Suite struct TransposedTests {
  /// The bytes of a matrix with rows as columns, element by element.
  private func transpose(_ bytes: [UInt8], rows: Int, columns: Int, width: Int) -> [UInt8] {
    var turned: [UInt8] = []
    for column in 0..<columns {
      for row in 0..<rows {
        let place = (row * columns + column) * width
        turned += bytes[place..<place + width]
      }
    }
    return turned
  }

  private func source(
    _ base: some ByteSource, rows: Int, columns: Int, width: Int
  ) -> TransposedSource<some ByteSource> {
    TransposedSource(
      base: base, rows: rows, columns: columns, width: width, cache: RecentBytes(capacity: 1))
  }

  @Test("Every range of every small matrix is that of its transpose", arguments: [1, 2, 4, 8])
  func ranges(width: Int) throws {
    var generator = SeededGenerator(seed: UInt64(width))
    for (rows, columns) in [(1, 1), (1, 5), (4, 1), (3, 4), (5, 2)] {
      let bytes = (0..<rows * columns * width).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let expected = transpose(bytes, rows: rows, columns: columns, width: width)
      // Pieces that end inside of rows, and of elements.
      for size in 1...9 {
        let base = PiecedSource(bytes: bytes, preferredReadSize: size)
        let matrix = source(base, rows: columns, columns: rows, width: width)
        for start in 0...bytes.count {
          for end in start...bytes.count {
            #expect(try matrix.bytes(in: start..<end) == Array(expected[start..<end]))
          }
        }
      }
    }
  }

  @Test("A matrix of several slabs is read whole, and from the middle of one into the next")
  func slabs() throws {
    let (rows, columns) = (1030, 1050)
    let values = (0..<UInt32(rows * columns)).map { $0 &* 2_654_435_761 }
    let base = MemorySource(values.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) })
    let matrix = source(base, rows: columns, columns: rows, width: 4)
    let slab = matrix.preferredReadSize
    #expect(slab < matrix.byteCount && slab % (rows * 4) == 0)
    for range in [0..<matrix.byteCount, slab - 6..<slab + 9, slab..<matrix.byteCount] {
      let found = try matrix.bytes(in: range)
      for (place, byte) in zip(range, found) where place % 997 < 20 {
        let (row, column) = (place / 4 / rows, place / 4 % rows)
        let expected = values[column * columns + row].littleEndian
        #expect(byte == UInt8(truncatingIfNeeded: expected >> UInt32(place % 4 * 8)))
      }
    }
  }

  private static let matrix = NamedTensor("m", dims: [60, 50], seed: 1)

  private var tied: [UInt8] {
    let turned = transpose(Self.matrix.contents, rows: 60, columns: 50, width: 4)
    var other = turned
    other[other.count - 1] ^= 1
    return onnx([
      Self.matrix, NamedTensor("transpose", dims: [50, 60], turned),
      NamedTensor("again", dims: [50, 60], turned), NamedTensor("vector", dims: [3000], turned),
      NamedTensor("almost", dims: [50, 60], other),
    ])
  }

  @Test("The transpose of a matrix is stored once with it, and comes back")
  func ties() throws {
    let container = try model(of: tied).container()
    let tensors = try Container(MemorySource(container)).index.tensors
    #expect(tensors.map(\.isTransposed) == [false, true, true, false, false])
    #expect(tensors[1].section == tensors[0].section && tensors[2].section == tensors[0].section)
    #expect(Set(tensors.map(\.section)).count == 3)
    #expect(try read(container).files()[""] == tied)
    // Once more from there, where tensors are decoded for it.
    #expect(try read(container).container() == container)
  }

  @Test("In a container to be mapped every tensor stands there itself")
  func mapped() throws {
    let container = try model(of: tied).container(layout: .mapped)
    let tensors = try Container(MemorySource(container)).index.tensors
    #expect(tensors.allSatisfy { !$0.isTransposed })
    #expect(try read(container).files()[""] == tied)
  }

  @Test("What is known of a stored matrix is known of its transpose")
  func storedForm() throws {
    let model = try read(try model(of: tied).container())
    let forms = try model.tensors.map { try ($0.contents as? any StoredContents)?.storedForm() }
    #expect(forms[0] != nil && forms[0] == forms[1])
  }

  @Test(
    "Only a matrix of whole elements can be transposed",
    arguments: [
      (ElementType.float32, [6], false), (.float32, [6, 1], true), (.float32, [1, 2, 3], false),
      (.complex64, [2, 3], false), (.int4, [2, 3], false), (.int8, [2, 3], true),
      (.float32, [0, 3], false), (.float32, [1 << 14, 1 << 15], true),
      (.float32, [1 << 15, 1 << 15], false),
    ])
  func possible(type: ElementType, dimensions: [Int], isPossible: Bool) throws {
    let record = TensorRecord(
      name: "t", elementType: type, shape: try #require(Shape(dimensions)), section: 0,
      firstElement: 0)
    let byteCount = try #require(record.byteCount)
    #expect((Matrix(record, byteCount: byteCount) != nil) == isPossible)
  }
}

/// Bytes that ask to be read in pieces of a size.
private struct PiecedSource: ByteSource {
  let bytes: [UInt8]
  let preferredReadSize: Int
  var byteCount: Int { bytes.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
  }
}

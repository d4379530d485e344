import TestSupport
import Testing

@testable import SparseCoding

@Suite struct RoundTripTests {
  @Test("Every small chunk comes back", arguments: everyLayout)
  func smallChunks(layout: ElementLayout) throws {
    let coder = ChunkCoder(level: .balanced)
    for count in 0...40 {
      for zeros in [0, 50, 90] {
        let chunk = sampleElements(count, width: layout.width, zeros: zeros, seed: UInt64(count))
        let coded = try coder.encode(chunk, layout)
        #expect(coded.count <= chunk.count + 1)
        #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
      }
    }
  }

  @Test("Every level brings a larger chunk back", arguments: CompressionLevel.allCases, everyLayout)
  func largerChunks(level: CompressionLevel, layout: ElementLayout) throws {
    let coder = ChunkCoder(level: level)
    for zeros in [0, 60, 97] {
      let chunk = sampleElements(1500, width: layout.width, zeros: zeros, seed: 7)
      let coded = try coder.encode(chunk, layout)
      #expect(coded.count <= chunk.count + 1)
      #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
    }
  }

  @Test(
    "Chunks are the same by all instructions, and each path reads them",
    arguments: CompressionLevel.allCases)
  func paths(level: CompressionLevel) throws {
    let paths = KernelPath.allCases.filter(\.isSupported)
    for layout in [ElementLayout.float32, .float16, .int8] {
      // Enough for streams of as many lanes as the vectors take.
      let chunk = sampleElements(70_000, width: layout.width, zeros: 3, seed: 5)
        .enumerated().map {
          $0.offset % layout.width == layout.width - 1 ? $0.element & 0x3F : $0.element
        }
      let coded = try ChunkCoder(level: level, kernels: .scalar).encode(chunk, layout)
      #expect(coded.count < chunk.count)
      for path in paths {
        let coder = ChunkCoder(level: level, kernels: path)
        #expect(try coder.encode(chunk, layout) == coded, "\(path)")
        #expect(try coder.decode(coded, layout, size: chunk.count) == chunk, "\(path)")
      }
    }
  }

  @Test("Every encoding that applies brings every small chunk back", arguments: everyLayout)
  func forcedEncodings(layout: ElementLayout) throws {
    let coder = ChunkCoder(level: .balanced)
    var seen: Set<EncodingID> = []
    for count in [1, 2, 7, 8, 9, 16, 40, 64, 200] {
      for zeros in [0, 50, 90, 100] {
        let chunk = sampleElements(count, width: layout.width, zeros: zeros, seed: UInt64(zeros))
        let hints = [
          ChunkHint.blocks(rows: 2, columns: 2, rowLength: 4),
          .pattern(kept: 7, group: 8, stride: 1),
        ]
        for encoding in SparseEncodings.implementations {
          guard let coded = try coder.encode(chunk, layout, in: encoding, hints: hints) else {
            continue
          }
          seen.insert(encoding.id)
          #expect(coded.first == encoding.id.rawValue)
          #expect(try coder.decode(coded, layout, size: chunk.count) == chunk, "\(encoding.name)")
        }
      }
    }
    let impossible: Set<EncodingID> =
      switch layout.width {
      case 1: [.floatSplit, .floatJoint, .signedRepeats, .palette, .scaled]
      case 4: []
      case 16: [.floatSplit, .floatJoint, .integer, .signedRepeats, .palette, .scaled]
      default: [.scaled]
      }
    // Rows of different kinds are made in RowClassesTests.
    let expected = Set(SparseEncodings.all.map(\.id)).subtracting(impossible)
    #expect(seen == expected.subtracting([.rowClasses]))
  }

  @Test("Only the bit pattern of +0.0 is zero; every other special float survives")
  func specialFloats() throws {
    let specials: [UInt32] = [
      0x8000_0000, 0x0000_0001, 0x8000_0001, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0xFFA5_5A01,
      0x007F_FFFF,
    ]
    let layout = try layout(4)
    for level in CompressionLevel.allCases {
      let coder = ChunkCoder(level: level)
      for spacing in [1, 2, 9, 300] {
        let chunk = bytes(
          (0..<900).map { $0 % spacing == 0 ? specials[$0 / spacing % specials.count] : 0 })
        let coded = try coder.encode(chunk, layout)
        #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
        let analysis = try coder.encode(chunk, layout, in: BitmaskEncoding())
        #expect(try coder.decode(#require(analysis), layout, size: chunk.count) == chunk)
      }
    }
  }

  @Test("Equal elements take an id and one element", arguments: everyLayout)
  func constants(layout: ElementLayout) throws {
    let coder = ChunkCoder(level: .balanced)
    let element = (0..<layout.width).map { UInt8($0 + 1) }
    for value in [element, [UInt8](repeating: 0, count: layout.width)] {
      let coded = try coder.encode([[UInt8]](repeating: value, count: 1000).flatMap { $0 }, layout)
      #expect(coded == [1] + value)
    }
  }

  @Test("The largest chunk works and a larger one is refused")
  func largestChunk() throws {
    let coder = ChunkCoder(level: .fast)
    let layout = try layout(1, .opaque)
    var chunk = [UInt8](repeating: 0, count: ChunkCoder.maximumCount)
    chunk[chunk.count - 1] = 9
    #expect(try coder.decode(coder.encode(chunk, layout), layout, size: chunk.count) == chunk)
    chunk.append(1)
    #expect(throws: SparseCodingError.self) { try coder.encode(chunk, layout) }
    #expect(throws: SparseCodingError.self) { try coder.decode([0], layout, size: chunk.count) }
  }

  @Test("A chunk that is no whole number of elements, or of an odd width, is refused")
  func oddSizes() throws {
    let coder = ChunkCoder(level: .fast)
    #expect(throws: SparseCodingError.self) { try coder.encode([1, 2, 3], layout(2)) }
    #expect(throws: SparseCodingError.self) { try layout(3) }
    #expect(throws: SparseCodingError.self) { try layout(0) }
  }

  @Test("A used coder and a new one write the same bytes", arguments: CompressionLevel.allCases)
  func determinism(level: CompressionLevel) throws {
    let used = ChunkCoder(level: level)
    for (index, layout) in everyLayout.enumerated() {
      let chunk = sampleElements(600, width: layout.width, zeros: index * 9 % 100, seed: 3)
      let first = try used.encode(chunk, layout)
      #expect(try ChunkCoder(level: level).encode(chunk, layout) == first)
      #expect(try used.encode(chunk, layout) == first)
    }
  }
}

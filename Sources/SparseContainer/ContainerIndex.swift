internal import ByteStorage
internal import ModelGraph
internal import SparseCoding

/// What stands where in a container.
///
/// See schemas/spm.md.
struct ContainerIndex {
  /// What the container gives back; nil in a shard, which only holds tensors of another container.
  var document: DocumentRecord?
  var sections: [SectionRecord]
  var tensors: [TensorRecord]
  var history = History()
  /// The containers beside this one that hold sections of it.
  var shards: [ShardRecord] = []
}

extension ContainerIndex {
  /// The index of a shard that holds some of the sections.
  func shard(of held: [Int]) -> ContainerIndex {
    let places = Dictionary(uniqueKeysWithValues: zip(held, 0...))
    return ContainerIndex(
      document: nil, sections: held.map { sections[$0] },
      tensors: tensors.compactMap { tensor in
        places[tensor.section].map { place in
          var moved = tensor
          moved.section = place
          return moved
        }
      })
  }
}

/// The files of a container, and the name of their format.
struct DocumentRecord {
  var format: String
  var files: [FileRecord]
}

/// A container in the same folder that holds sections of this one.
struct ShardRecord: Equatable {
  var name: ByteString
  var byteCount: Int
  /// That of the shard's footer.
  var indexChecksum: UInt32
}

/// One file: literal bytes and the holes in them.
struct FileRecord {
  var path: ByteString
  var literalSection: Int
  var literalRuns: [Int]
  var holeTensors: [Int]
  var digest: [UInt8]?
}

/// A run of elements of one layout, stored as chunks.
struct SectionRecord {
  var layout: ElementLayout
  var elementCount: Int
  var chunkElements: Int
  var chunkLengths: [UInt32] = []
  var chunkChecksums: [UInt32] = []
  /// Zero bytes before the first chunk.
  var gap = 0
  /// True when the chunks are the elements as they are, one after the other.
  var isPlain = false
  /// The shard that the chunks stand in, from 1 on; 0 when they stand in this file.
  var shard = 0

  /// The most zero bytes before a section: as many as bring it to the next page.
  static let largestGap = pageSize - 1
  static let pageSize = 4096

  var chunkCount: Int { elementCount == 0 ? 0 : (elementCount - 1) / chunkElements + 1 }
  var byteCount: Int { elementCount * layout.width }

  /// How many literal bytes a model file may have, being read whole: a small file may not ask for
  /// much memory.
  var largestStructure: Int {
    Limits.structureBytes + 64 * chunkLengths.reduce(0) { $0 + Int($1) }
  }

  /// What the container itself says of a section that stands in a shard.
  func elsewhere(in shard: Int) -> SectionRecord {
    var record = SectionRecord(
      layout: layout, elementCount: elementCount, chunkElements: chunkElements)
    record.shard = shard
    return record
  }

  /// True when both are cut into the same chunks of the same elements.
  func isOf(_ other: SectionRecord) -> Bool {
    layout == other.layout && elementCount == other.elementCount
      && chunkElements == other.chunkElements
  }

  /// How many bytes a chunk takes in the file.
  func storedLength(ofChunk chunk: Int) -> Int {
    isPlain ? elements(ofChunk: chunk).count * layout.width : Int(chunkLengths[chunk])
  }

  /// The elements of one chunk.
  func elements(ofChunk chunk: Int) -> Range<Int> {
    let start = chunk * chunkElements
    return start..<min(start + chunkElements, elementCount)
  }
}

/// A tensor and the place of its contents.
struct TensorRecord {
  var name: ByteString
  var elementType: ElementType
  var shape: Shape
  var section: Int
  var firstElement: Int
  /// True when the matrix stands there with its rows as columns.
  var isTransposed = false

  /// Takes the place of another tensor.
  mutating func stands(where other: TensorRecord) {
    (section, firstElement, isTransposed) = (other.section, other.firstElement, other.isTransposed)
  }

  /// How many bytes the contents take; nil when that overflows.
  var byteCount: Int? { elementType.byteCount(of: shape.elementCount) }
}

extension ElementLayout {
  /// How the contents of a type are coded.
  init(of type: ElementType) {
    switch type {
    case .float32, .complex64: self = .float32
    case .float64, .complex128: self = .float64
    case .float16, .bfloat16: self = .float16
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    default: self = .bytes
    }
  }
}

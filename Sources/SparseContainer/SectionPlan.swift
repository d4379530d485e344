internal import ByteStorage
internal import ModelGraph
internal import SparseCoding

/// A section that is yet to be written: what goes into it and how it is cut.
struct SectionPlan {
  var layout: ElementLayout
  var contents: any ByteSource
  var chunkElements = Limits.chunkElements
  var hints: [ChunkHint] = []
  /// The rows of a tensor that has a section for itself.
  var rows: (length: Int, kernel: Int)?

  /// True when the elements are to stand in the file as they are, from the beginning of a page on.
  var isPlain = false

  var record: SectionRecord {
    SectionRecord(
      layout: layout, elementCount: contents.byteCount / layout.width, chunkElements: chunkElements,
      isPlain: isPlain)
  }
}

extension SectionPlan {
  /// What is known of the chunk that begins with an element.
  func hints(from element: Int) -> [ChunkHint] {
    guard let rows else { return hints }
    return hints + [.rows(length: rows.length, kernel: rows.kernel, first: element % rows.length)]
  }
}

/// Which tensors share sections: large ones stand alone, small ones of a kind share one chunk and so
/// one set of tables, equal ones are stored once.
struct SectionPlanner {
  /// Tensors of fewer elements share a chunk.
  ///
  /// A chunk of its own costs about 60 bytes of tables and index, which 2,000 weights earn back by
  /// having their own statistics.
  static let pooledElements = 2048

  private(set) var tensors: [TensorRecord] = []
  private var sections: [SectionPlan] = []
  private var pools: [Pool] = []
  /// The pools that are not full yet.
  private var openPools: [PoolKey: Int] = [:]
  private var known = EqualContents()
  private var transposes = TransposedContents()
  private let containerLayout: ContainerLayout

  init(_ layout: ContainerLayout = .packed) {
    containerLayout = layout
  }

  /// Small tensors share a chunk with others that are likely to be distributed like them.
  private struct PoolKey: Hashable {
    let layout: ElementLayout
    let isVector: Bool
    let isOriginal: Bool
  }

  private struct Pool {
    let section: Int
    var parts: [any ByteSource] = []
    var elementCount = 0
  }

  /// The sections, in the order they are written.
  func plans() -> [SectionPlan] {
    var plans = pools.reduce(into: sections) { plans, pool in
      plans[pool.section].contents = ConcatenatedSource(pool.parts)
    }
    guard containerLayout == .mapped else { return plans }
    for section in Set(tensors.map(\.section)) { plans[section].isPlain = true }
    return plans
  }

  /// Plans bytes that are no tensor; returns their section.
  mutating func add(literal: any ByteSource) -> Int {
    sections.append(SectionPlan(layout: .bytes, contents: literal, hints: [.text]))
    return sections.count - 1
  }

  /// Plans a tensor; its record is the next one of `tensors`.
  mutating func add(
    _ tensor: Tensor, named name: ByteString, contentsType: ElementType, shape: Shape
  ) throws {
    var record = TensorRecord(
      name: name, elementType: contentsType, shape: shape, section: 0, firstElement: 0)
    let layout = ElementLayout(of: contentsType)
    if let twin = try twin(of: tensor.contents, record) {
      record.stands(where: twin)
    } else if tensor.contents.byteCount < Self.pooledElements * layout.width {
      (record.section, record.firstElement) = place(tensor, layout: layout)
    } else {
      record.section = sections.count
      sections.append(SectionPlan(tensor, layout: layout))
    }
    tensors.append(record)
  }

  /// The place of an earlier tensor that is equal, or the transpose; without one, this becomes one to
  /// find.
  private mutating func twin(
    of contents: any ByteSource, _ record: TensorRecord
  ) throws -> TensorRecord? {
    let number = tensors.count
    if let twin = try known.twin(
      of: contents, layout: ElementLayout(of: record.elementType), record: number)
    {
      // As a transpose it has one shape only.
      guard tensors[twin].isTransposed, tensors[twin].shape != record.shape else {
        return tensors[twin]
      }
      return nil
    }
    // To be mapped into memory, a tensor stands there itself.
    guard containerLayout == .packed, let matrix = Matrix(record, byteCount: contents.byteCount)
    else { return nil }
    if let twin = try transposes.twin(of: matrix, contents) {
      var place = tensors[twin]
      place.isTransposed = true
      return place
    }
    try transposes.add(matrix, contents, record: number)
    return nil
  }

  /// Puts a small tensor into a shared section.
  private mutating func place(_ tensor: Tensor, layout: ElementLayout) -> (Int, Int) {
    let key = PoolKey(
      layout: layout, isVector: tensor.shape.rank < 2, isOriginal: tensor.isOriginal)
    let count = tensor.contents.byteCount / layout.width
    let pool = openPool(key, with: count)
    defer { pools[pool].elementCount += count }
    pools[pool].parts.append(tensor.contents)
    return (pools[pool].section, pools[pool].elementCount)
  }

  /// The pool of a kind that has room for so many elements.
  private mutating func openPool(_ key: PoolKey, with count: Int) -> Int {
    if let pool = openPools[key], pools[pool].elementCount + count <= Limits.chunkElements {
      return pool
    }
    sections.append(SectionPlan(layout: key.layout, contents: MemorySource([])))
    pools.append(Pool(section: sections.count - 1))
    openPools[key] = pools.count - 1
    return pools.count - 1
  }
}

extension SectionPlan {
  /// A section of one tensor, cut so that its pattern never crosses the border of two chunks.
  init(_ tensor: Tensor, layout: ElementLayout) {
    self.init(layout: layout, contents: tensor.contents)
    rows = Self.rows(of: tensor.shape)
    let period: Int
    switch tensor.pattern {
    case .groups(let kept, let group, let stride):
      period = group * stride
      hints = [.pattern(kept: kept, group: group, stride: stride)]
    case .blocks(let rows, let columns, let rowLength):
      period = rows * rowLength
      hints = [.blocks(rows: rows, columns: columns, rowLength: rowLength)]
    case nil:
      return
    }
    guard period > 0, period <= Limits.chunkElements else { return }
    chunkElements = Limits.chunkElements / period * period
  }
}

extension SectionPlan {
  /// Rows are what the first dimension counts, kernels what the first two do.
  private static func rows(of shape: Shape) -> (length: Int, kernel: Int)? {
    guard shape.rank > 1, shape.elementCount > 0 else { return nil }
    return (shape.stride(of: 0), shape.stride(of: 1))
  }
}

internal import ByteStorage
public import ModelGraph
public import SparseCoding

extension SectionPlan {
  /// What stands in the file for some elements, of a chunk at most.
  ///
  /// Throws what reading the contents throws.
  func coded(_ elements: Range<Int>, by coder: ChunkCoder) throws -> [UInt8] {
    let width = layout.width
    let bytes = try contents.bytes(in: elements.lowerBound * width..<elements.upperBound * width)
    guard !isPlain else { return bytes }
    return try bytes.withUnsafeBytes {
      try coder.encode($0, layout: layout, hints: hints(from: elements.lowerBound))
    }
  }
}

extension Tensor {
  /// How many bytes the contents take in a container, if they have a section for themselves.
  ///
  /// - Parameter coder: codes the chunks.
  /// - Returns: the bytes of all chunks.
  /// - Throws: what reading the contents throws.
  public func codedSize(_ coder: ChunkCoder) throws -> Int {
    let plan = SectionPlan(self, layout: ElementLayout(of: elementType))
    let record = plan.record
    return try (0..<record.chunkCount).reduce(0) { size, chunk in
      try size + plan.coded(record.elements(ofChunk: chunk), by: coder).count
    }
  }
}

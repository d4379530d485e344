// How an encoding is chosen: estimates put the candidates in order, coded sizes decide.
extension ChunkCoder {
  /// Codes the candidates that are worth it and returns the smallest.
  func encode(
    _ elements: Elements, hints: [ChunkHint] = [], on grid: ElementGrid? = nil,
    _ encodings: [any ChunkEncoding]
  ) throws(SparseCodingError) -> [UInt8] {
    try retained.scope { () throws(SparseCodingError) in
      let chunk = ChunkAnalysis(elements, hints: hints, on: grid, coder: self)
      var best = [UInt8]()
      var first: Double?
      for (encoding, estimate) in candidates(chunk, encodings) {
        if let first, estimate > level.limit(after: first) { break }
        guard let coded = try encode(chunk, encoding) else { continue }
        first = first ?? estimate
        if best.isEmpty || coded.count < best.count { best = coded }
      }
      let size = elements.bytes.count + 1
      if best.isEmpty || best.count > size { return try encode(chunk, RawEncoding()) ?? best }
      return best
    }
  }

  /// The applicable encodings, most promising first; the lower number goes first in a tie.
  private func candidates(
    _ chunk: ChunkAnalysis, _ encodings: [any ChunkEncoding]
  ) -> [(encoding: any ChunkEncoding, estimate: Double)] {
    guard chunk.count > 0 else { return [] }
    if chunk.isConstant { return [(ConstantEncoding(), 0)] }
    // What is left without the signs is tried in all ways then. As it is, the chunk takes more in most,
    // never much less in any, and several times as long.
    let signs = NegativeZerosEncoding()
    if encodings.contains(where: { $0.id == signs.id }), let size = signs.estimate(chunk) {
      return [(signs, size)]
    }
    return encodings.compactMap { encoding in
      encoding.estimate(chunk).map { (encoding, $0) }
    }
    .sorted { left, right in
      (left.estimate, left.encoding.id.rawValue) < (right.estimate, right.encoding.id.rawValue)
    }
  }

  /// The chunk in one encoding; nil when it does not apply.
  func encode(
    _ chunk: ChunkAnalysis, _ encoding: any ChunkEncoding
  ) throws(SparseCodingError) -> [UInt8]? {
    try scratch.scope { () throws(SparseCodingError) in
      var coded = [UInt8]()
      coded.reserveCapacity(chunk.elements.bytes.count + 64)
      coded.append(encoding.id.rawValue)
      return try encoding.encode(chunk, into: &coded) ? coded : nil
    }
  }

  /// The bytes the best dense encoding should take.
  func denseEstimate(_ chunk: ChunkAnalysis) -> Double {
    var best = Double(chunk.elements.bytes.count)
    for encoding in SparseEncodings.implementations where encoding.isDense {
      if let estimate = encoding.estimate(chunk) { best = min(best, estimate) }
    }
    return best
  }
}

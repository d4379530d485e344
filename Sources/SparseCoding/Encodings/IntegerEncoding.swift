/// Encoding 4: integers made small by a transform, then as many byte planes as are in use.
struct IntegerEncoding: ChunkEncoding {
  let id = EncodingID.integer
  let name = "integer"
  let summary = "integers made small, then their low byte planes"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard isPossible(chunk.layout), isInteger(chunk.layout) else { return nil }
    return choice(chunk).size
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard isPossible(chunk.layout) else { return false }
    let transform = IntegerTransform(rawValue: choice(chunk).parameter) ?? .none
    encode(chunk, transform, into: &coded)
    return true
  }

  func encode(
    _ chunk: ChunkAnalysis, _ transform: IntegerTransform, into coded: inout [UInt8]
  ) {
    let width = chunk.layout.width
    let base = base(of: transform, chunk.elements)
    let (values, used) = apply(transform, chunk.elements, base, chunk.coder.scratch)
    coded.append(transform.rawValue << 4 | UInt8(used))
    if transform.hasBase {
      for byte in 0..<width { coded.append(UInt8(truncatingIfNeeded: base >> (8 * byte))) }
    }
    BytePlanes(chunk.layout, used: used).encode(
      values, on: chunk.grid, into: &coded, with: chunk.coder)
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard isPossible(layout) else { throw .badChunk(id, reason: "no integers of this width") }
    let header = try reader.byte()
    let used = Int(header & 15)
    guard let transform = IntegerTransform(rawValue: header >> 4), 1...layout.width ~= used else {
      throw .badChunk(id, reason: "an unknown transform or number of planes")
    }
    var base: UInt64 = 0
    if transform.hasBase {
      for byte in 0..<layout.width { base |= UInt64(try reader.byte()) << (8 * byte) }
    }
    try BytePlanes(layout, used: used).decode(&reader, into: output, with: coder)
    layout.word.backward(transform, output, base: base)
  }

  private func isPossible(_ layout: ElementLayout) -> Bool { layout.width <= 8 }

  private func isInteger(_ layout: ElementLayout) -> Bool {
    layout.kind == .signedInteger || layout.kind == .unsignedInteger
  }

  /// The transform with the smallest estimate, the simplest one in a tie.
  private func choice(_ chunk: ChunkAnalysis) -> EncodingChoice {
    let none = EncodingChoice(parameter: IntegerTransform.none.rawValue, size: .infinity)
    return chunk.choice(of: id) { best(chunk) } ?? none
  }

  private func best(_ chunk: ChunkAnalysis) -> EncodingChoice? {
    var best: EncodingChoice?
    for transform in IntegerTransform.allCases {
      let size = chunk.coder.scratch.measured { scratch in
        let base = base(of: transform, chunk.sample)
        let (values, used) = apply(transform, chunk.sample, base, scratch)
        return BytePlanes(chunk.layout, used: used)
          .estimate(values, count: chunk.count, scratch: scratch)
      }
      if size < best?.size ?? .infinity {
        best = EncodingChoice(parameter: transform.rawValue, size: size)
      }
    }
    return best
  }

  private func base(of transform: IntegerTransform, _ elements: Elements) -> UInt64 {
    let signed = elements.layout.kind == .signedInteger
    return elements.layout.word.base(of: transform, elements.bytes, signed: signed)
  }

  private func apply(
    _ transform: IntegerTransform, _ elements: Elements, _ base: UInt64, _ scratch: ScratchStack
  ) -> (values: Elements, used: Int) {
    let values = scratch.take(elements.bytes.count)
    guard let target = values.baseAddress else { return (elements, 1) }
    let used = elements.layout.word.forward(transform, elements.bytes, base: base, into: target)
    return (Elements(values, elements.layout), used)
  }
}

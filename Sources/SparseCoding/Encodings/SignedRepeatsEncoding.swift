/// Encoding 12: floats that repeat each other but for their signs, which stand apart.
///
/// Tables of cosines and windows hold the same magnitudes again and again, as often negated as not.
/// Without the sign they match as whole elements, which a match finder has to look for less hard.
struct SignedRepeatsEncoding: ChunkEncoding {
  let id = EncodingID.signedRepeats
  let name = "signed-repeats"
  let summary = "magnitudes as one coded stream, and signs"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard Self.isPossible(chunk.layout), chunk.hasRepeats else { return nil }
    return chunk.coder.scratch.measured { scratch in
      let parts = parts(of: chunk.elements, scratch)
      return quickSize(of: parts.magnitudes, in: chunk) + Double(parts.signs.count)
    }
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard Self.widths.contains(chunk.layout.width) else { return false }
    let parts = parts(of: chunk.elements, chunk.coder.scratch)
    chunk.coder.append(
      repeating: parts.magnitudes, quickSize: quickSize(of: parts.magnitudes, in: chunk),
      to: &coded)
    chunk.coder.append(stream: parts.signs, to: &coded)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard Self.widths.contains(layout.width) else {
      throw .badChunk(id, reason: "no floats of this width")
    }
    try coder.read(stream: &reader, into: output)
    let signs = try coder.view(stream: &reader, count: signBytes(output.count / layout.width))
    guard layout.word.setSigns(of: output, from: signs) else {
      throw .badChunk(id, reason: "a magnitude with a sign, or a sign too many")
    }
  }

  /// True for elements that this encoding stores better than `RepeatsEncoding`.
  static func isPossible(_ layout: ElementLayout) -> Bool {
    layout.kind == .float && widths.contains(layout.width)
  }

  private static let widths = [2, 4, 8]

  private func quickSize(of magnitudes: UnsafeRawBufferPointer, in chunk: ChunkAnalysis) -> Double {
    chunk.quickSize(for: id) { chunk.coder.quickSize(of: magnitudes) }
  }

  private func signBytes(_ count: Int) -> Int { (count + 7) / 8 }

  private func parts(
    of elements: Elements, _ scratch: ScratchStack
  ) -> (magnitudes: UnsafeRawBufferPointer, signs: UnsafeRawBufferPointer) {
    let magnitudes = scratch.take(elements.bytes.count)
    let signs = scratch.take(signBytes(elements.count))
    elements.layout.word.splitSigns(elements.bytes, magnitudes: magnitudes, signs: signs)
    return (UnsafeRawBufferPointer(magnitudes), UnsafeRawBufferPointer(signs))
  }
}

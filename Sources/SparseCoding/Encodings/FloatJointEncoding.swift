/// Encoding 10: floats in byte planes as in encoding 2, but with the highest bits of each mantissa
/// beside its exponent.
///
/// Within a power of two small weights are more frequent than large ones, so these bits are no noise:
/// exponents say much of them. What is left of their byte is, and is packed.
struct FloatJointEncoding: ChunkEncoding {
  let id = EncodingID.floatJoint
  let name = "float-joint"
  let summary = "exponents with the first bits of mantissas, apart from the others"
  let isDense = true

  /// The numbers of bits that are tried.
  private static let bits = 1...3
  /// The numbers of bits there may be.
  private static let possibleBits = 1...4

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.layout.kind == .float, isPossible(chunk.layout), chunk.sample.count > 0 else {
      return nil
    }
    return choice(chunk)?.size
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard isPossible(chunk.layout), let choice = choice(chunk) else { return false }
    var bits = Int(choice.parameter)
    let scratch = chunk.coder.scratch
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    let kernels = chunk.coder.kernels
    guard let range = JointPlanes.range(of: chunk.elements, kernels) else { return false }
    func joint(_ bits: Int) -> JointPlanes {
      JointPlanes(bits: bits, base: range.lowerBound, kernels: kernels)
    }
    // The sample may not have had the largest exponent.
    while !joint(bits).reaches(range.upperBound) { bits -= 1 }
    guard bits > 0 else { return false }
    coded.append(UInt8(bits))
    coded.append(range.lowerBound)
    let streams = joint(bits).split(chunk.elements, scratch)
    chunk.coder.append(stream: streams.symbols, on: chunk.grid, to: &coded)
    for stream in [streams.rest] + streams.others.reversed() {
      chunk.coder.append(low: stream, of: chunk, to: &coded)
    }
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard isPossible(layout) else { throw .badChunk(id, reason: "no floats of this width") }
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let joint = JointPlanes(
      bits: Int(try reader.byte()), base: try reader.byte(), kernels: coder.kernels)
    guard Self.possibleBits ~= joint.bits, joint.base > 0 else {
      throw .badChunk(id, reason: "\(joint.bits) bits beside exponents from \(joint.base)")
    }
    let count = output.count / layout.width
    let symbols = try coder.view(stream: &reader, count: count, for: output)
    let rest = try self.rest(&reader, joint, count, with: coder)
    var others: [UnsafeRawBufferPointer] = []
    for _ in 2..<layout.width {
      others.insert(try coder.view(stream: &reader, count: count), at: 0)
    }
    let streams = JointStreams(symbols: symbols, rest: rest, others: others)
    guard joint.merge(streams, as: layout, into: output, coder.scratch) else {
      throw .badChunk(id, reason: "an exponent above 255")
    }
  }

  private func rest(
    _ reader: inout CodedReader, _ joint: JointPlanes, _ count: Int, with coder: ChunkCoder
  ) throws(SparseCodingError) -> UnsafeRawBufferPointer {
    let rest = try coder.view(stream: &reader, count: joint.restSize(count))
    let used = count * joint.restBits % 8
    guard used == 0 || rest[rest.count - 1] >> used == 0 else {
      throw .badChunk(id, reason: "bits after the last element")
    }
    return rest
  }

  private func isPossible(_ layout: ElementLayout) -> Bool { [2, 4, 8].contains(layout.width) }

  /// How many bits should stand beside exponents; nil when none can.
  private func choice(_ chunk: ChunkAnalysis) -> EncodingChoice? {
    chunk.choice(of: id) {
      chunk.coder.scratch.measured { scratch in best(chunk, scratch) }
    }
  }

  private func best(_ chunk: ChunkAnalysis, _ scratch: ScratchStack) -> EncodingChoice? {
    let kernels = chunk.coder.kernels
    guard let range = JointPlanes.range(of: chunk.sample, kernels) else { return nil }
    func size(_ stream: UnsafeRawBufferPointer) -> Double {
      StreamStatistics(stream).estimatedSize
    }
    var others: Double?
    // Of bits that are noise, the lower ones are, too.
    var isRestNoise = false
    var best: EncodingChoice?
    for bits in Self.bits {
      let joint = JointPlanes(bits: bits, base: range.lowerBound, kernels: kernels)
      guard joint.reaches(range.upperBound) else { break }
      let total = scratch.measured { scratch in
        let streams = joint.split(chunk.sample, scratch)
        let below = others ?? streams.others.reversed().reduce(0) { $0 + size($1) }
        others = below
        let raw = Double(streams.rest.count)
        let rest = isRestNoise ? raw : size(streams.rest)
        isRestNoise = rest >= raw
        return below + size(streams.symbols) + rest
      }
      if total < best?.size ?? .infinity {
        best = EncodingChoice(parameter: UInt8(bits), size: total)
      }
    }
    let scale = Double(chunk.count) / Double(max(chunk.sample.count, 1))
    return best.map { EncodingChoice(parameter: $0.parameter, size: $0.size * scale) }
  }
}

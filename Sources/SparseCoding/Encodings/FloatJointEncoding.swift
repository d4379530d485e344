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
    let split = SplitPlanes(chunk.elements, scratch)
    guard let range = JointPlanes.range(of: split.exponents) else {
      return false
    }
    // The sample may not have had the largest exponent.
    while !JointPlanes(bits: bits, base: range.lowerBound).reaches(range.upperBound) { bits -= 1 }
    guard bits > 0 else { return false }
    coded.append(UInt8(bits))
    coded.append(range.lowerBound)
    let joined = split.joined(
      JointPlanes(bits: bits, base: range.lowerBound), chunk.coder.kernels, scratch)
    chunk.coder.append(stream: joined.symbols, on: chunk.grid, to: &coded)
    for stream in [joined.rest] + split.others {
      chunk.coder.append(stream: stream, to: &coded)
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
    let joint = JointPlanes(bits: Int(try reader.byte()), base: try reader.byte())
    guard Self.possibleBits ~= joint.bits, joint.base > 0 else {
      throw .badChunk(id, reason: "\(joint.bits) bits beside exponents from \(joint.base)")
    }
    let count = output.count / layout.width
    let (exponents, mantissas) = (coder.scratch.take(count), coder.scratch.take(count))
    try coder.read(stream: &reader, into: exponents)
    try decodeRest(&reader, joint, into: mantissas, with: coder)
    guard joint.part(exponents, mantissas) else {
      throw .badChunk(id, reason: "an exponent above 255")
    }
    var planes = [UnsafeRawBufferPointer(exponents), UnsafeRawBufferPointer(mantissas)]
    for _ in planes.count..<layout.width {
      planes.append(try coder.view(stream: &reader, count: count))
    }
    PlaneKernels.merge(planes.reversed(), rotation: 1, into: output)
  }

  private func decodeRest(
    _ reader: inout CodedReader, _ joint: JointPlanes,
    into mantissas: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    let rest = try coder.view(stream: &reader, count: joint.restSize(mantissas.count))
    let used = mantissas.count * joint.restBits % 8
    guard used == 0 || rest[rest.count - 1] >> used == 0 else {
      throw .badChunk(id, reason: "bits after the last element")
    }
    PackedBits(width: joint.restBits, kernels: coder.kernels).unpack(rest, into: mantissas)
  }

  private func isPossible(_ layout: ElementLayout) -> Bool { [2, 4, 8].contains(layout.width) }

  /// How many bits should stand beside exponents; nil when none can.
  private func choice(_ chunk: ChunkAnalysis) -> EncodingChoice? {
    chunk.choice(of: id) {
      chunk.coder.scratch.measured { scratch in best(chunk, scratch) }
    }
  }

  private func best(_ chunk: ChunkAnalysis, _ scratch: ScratchStack) -> EncodingChoice? {
    let split = SplitPlanes(chunk.sample, scratch)
    guard let range = JointPlanes.range(of: split.exponents) else {
      return nil
    }
    func size(_ stream: UnsafeRawBufferPointer) -> Double {
      StreamStatistics(stream).estimatedSize
    }
    let others = split.others.reduce(0) { $0 + size($1) }
    var best: EncodingChoice?
    for bits in Self.bits {
      let joint = JointPlanes(bits: bits, base: range.lowerBound)
      guard joint.reaches(range.upperBound) else { break }
      let total = scratch.measured { scratch in
        let (symbols, rest) = split.joined(joint, chunk.coder.kernels, scratch)
        return others + size(symbols) + size(rest)
      }
      if total < best?.size ?? .infinity {
        best = EncodingChoice(parameter: UInt8(bits), size: total)
      }
    }
    let scale = Double(chunk.count) / Double(max(chunk.sample.count, 1))
    return best.map { EncodingChoice(parameter: $0.parameter, size: $0.size * scale) }
  }
}

/// Rotated floats in planes of bytes.
private struct SplitPlanes {
  let exponents: UnsafeRawBufferPointer
  let mantissas: UnsafeRawBufferPointer
  /// The planes below, the highest first.
  let others: [UnsafeRawBufferPointer]

  init(_ elements: Elements, _ scratch: ScratchStack) {
    let planes = (0..<elements.layout.width).map { _ in scratch.take(elements.count) }
    PlaneKernels.split(elements, rotation: 1, into: planes)
    let views = planes.reversed().map { UnsafeRawBufferPointer($0) }
    (exponents, mantissas, others) = (views[0], views[1], Array(views[2...]))
  }

  /// Symbols, and what they leave of mantissas.
  func joined(
    _ joint: JointPlanes, _ kernels: KernelPath, _ scratch: ScratchStack
  ) -> (symbols: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer) {
    let (symbols, low) = (scratch.take(exponents.count), scratch.take(exponents.count))
    joint.join(exponents, mantissas, into: symbols, rest: low)
    let rest = scratch.take(joint.restSize(exponents.count))
    PackedBits(width: joint.restBits, kernels: kernels)
      .pack(UnsafeRawBufferPointer(low), into: rest)
    return (UnsafeRawBufferPointer(symbols), UnsafeRawBufferPointer(rest))
  }
}

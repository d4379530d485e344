internal import CKernels

/// The highest bits of mantissas beside exponents: floats become a plane of symbols, a row of bits and
/// the planes below.
///
/// A symbol is the exponent's distance from `base`, 0 for an exponent of 0, above the `bits` highest
/// bits of the mantissa. The other bits of the mantissa's byte follow each other without gaps.
struct JointPlanes {
  /// How many bits of the mantissa are in a symbol.
  let bits: Int
  /// The smallest exponent that is not 0.
  let base: UInt8
  let kernels: KernelPath

  /// How many bits of each byte of the mantissa are not in the symbol.
  var restBits: Int { 8 - bits }

  /// The bytes that the bits of so many elements take that are not in symbols.
  func restSize(_ count: Int) -> Int { (count * restBits + 7) / 8 }

  /// True when the exponents up to one have symbols.
  func reaches(_ highest: UInt8) -> Bool { Int(highest) - Int(base) + 1 < 1 << restBits }

  /// The smallest exponent but 0 and the largest one; nil when all are 0.
  static func range(of elements: Elements, _ kernels: KernelPath) -> ClosedRange<UInt8>? {
    guard let base = elements.bytes.baseAddress, elements.count > 0 else { return nil }
    var (smallest, largest): (UInt8, UInt8) = (0, 0)
    exponent_range(
      kernels.selector, UInt32(elements.layout.width), base.assumingMemoryBound(to: UInt8.self),
      elements.count, &smallest, &largest)
    // One less makes 0 the largest.
    return largest == 0 ? nil : smallest &+ 1...largest
  }

  /// Cuts floats, into buffers of `scratch`.
  func split(_ elements: Elements, _ scratch: ScratchStack) -> JointStreams {
    let count = elements.count
    let (symbols, rest) = (scratch.take(count), scratch.take(restSize(count)))
    let others = (0..<elements.layout.width - 2).map { _ in scratch.take(count) }
    let done = joint_split(
      kernels.selector, shape(elements.layout.width), pointer(elements.bytes), count,
      pointer(symbols), pointer(rest), others.map(pointer))
    if done < count {
      scratch.measured { scratch in
        splitRest(elements, from: done, symbols, rest, others, scratch)
      }
    }
    return JointStreams(
      symbols: .init(symbols), rest: .init(rest), others: others.map { .init($0) })
  }

  /// Cuts the elements from one on, which is a whole number of groups of eight from the first, in
  /// steps that every machine has.
  private func splitRest(
    _ elements: Elements, from first: Int, _ symbols: UnsafeMutableRawBufferPointer,
    _ rest: UnsafeMutableRawBufferPointer, _ others: [UnsafeMutableRawBufferPointer],
    _ scratch: ScratchStack
  ) {
    let (width, count) = (elements.layout.width, elements.count - first)
    let (exponents, mantissas) = (scratch.take(count), scratch.take(count))
    let planes = others.map { $0.from(first) } + [mantissas, exponents]
    let bytes = UnsafeRawBufferPointer(rebasing: elements.bytes[(first * width)...])
    PlaneKernels.split(Elements(bytes, elements.layout), rotation: 1, into: planes)
    join(exponents, mantissas, into: symbols.from(first))
    PackedBits(width: restBits, kernels: kernels)
      .pack(.init(mantissas), into: rest.from(first * restBits / 8))
  }

  /// Makes symbols of exponents and mantissas, and leaves of each mantissa what is not in its symbol.
  func join(
    _ exponents: UnsafeMutableRawBufferPointer, _ mantissas: UnsafeMutableRawBufferPointer,
    into symbols: UnsafeMutableRawBufferPointer
  ) {
    let (shift, down) = (UInt8(bits), UInt8(restBits))
    let (below, mask) = (base &- 1, UInt8(1 << restBits - 1))
    for index in exponents.indices {
      let (exponent, mantissa) = (exponents[index], mantissas[index])
      let distance = exponent > below ? exponent &- below : 0
      symbols[index] = distance &<< shift | mantissa &>> down
      mantissas[index] = mantissa & mask
    }
  }

  /// The way back from `split`; false when a symbol stands for no exponent.
  func merge(
    _ streams: JointStreams, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, _ scratch: ScratchStack
  ) -> Bool {
    let count = output.count / layout.width
    var farthest: UInt8 = 0
    let done = joint_merge(
      kernels.selector, shape(layout.width), pointer(streams.symbols), pointer(streams.rest),
      streams.others.map(pointer), count, pointer(output), &farthest)
    if done < count {
      scratch.measured { scratch in
        farthest = max(farthest, mergeRest(streams, from: done, layout.width, output, scratch))
      }
    }
    return farthest <= .max - (base &- 1)
  }

  /// The way back from `splitRest`; returns the greatest distance of an exponent.
  private func mergeRest(
    _ streams: JointStreams, from first: Int, _ width: Int,
    _ output: UnsafeMutableRawBufferPointer, _ scratch: ScratchStack
  ) -> UInt8 {
    let count = output.count / width - first
    let (exponents, mantissas) = (scratch.take(count), scratch.take(count))
    PackedBits(width: restBits, kernels: kernels)
      .unpack(streams.rest.from(first * restBits / 8), into: mantissas)
    let farthest = part(streams.symbols.from(first), exponents, mantissas)
    let planes = streams.others.map { $0.from(first) } + [.init(mantissas), .init(exponents)]
    PlaneKernels.merge(planes, rotation: 1, into: output.from(first * width))
    return farthest
  }

  /// The way back from `join`; returns the greatest distance of an exponent.
  func part(
    _ symbols: UnsafeRawBufferPointer, _ exponents: UnsafeMutableRawBufferPointer,
    _ mantissas: UnsafeMutableRawBufferPointer
  ) -> UInt8 {
    let (shift, rest, below) = (UInt8(bits), UInt8(restBits), base &- 1)
    var farthest: UInt8 = 0
    for index in symbols.indices {
      let symbol = symbols[index]
      let distance = symbol &>> shift
      farthest = max(farthest, distance)
      exponents[index] = distance == 0 ? 0 : distance &+ below
      mantissas[index] |= symbol &<< rest
    }
    return farthest
  }

  private func shape(_ width: Int) -> joint_shape {
    joint_shape(width: UInt32(width), bits: UInt32(bits), base: base)
  }
}

/// What floats are cut into.
struct JointStreams {
  let symbols: UnsafeRawBufferPointer
  /// The bits of mantissas that are in no symbol.
  let rest: UnsafeRawBufferPointer
  /// The planes below, the lowest first.
  let others: [UnsafeRawBufferPointer]
}

private func pointer(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
  buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
}

private func pointer(_ buffer: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
  buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
}

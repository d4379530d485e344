/// Elements cut into planes: plane k holds byte k of every element, each in a stream of its own.
///
/// A shared part of the encodings that end in planes; the highest plane comes first.
struct BytePlanes {
  let layout: ElementLayout
  /// How far left each element is rotated before it is cut.
  var rotation = 0
  /// How many low planes are stored; the others are zero.
  var used: Int

  init(_ layout: ElementLayout, rotation: Int = 0, used: Int? = nil) {
    self.layout = layout
    self.rotation = rotation
    self.used = used ?? layout.width
  }

  /// The bytes the planes should take for `count` elements like those of `sample`.
  func estimate(_ sample: Elements, count: Int, scratch: ScratchStack) -> Double {
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    let planes = split(sample, scratch)
    var size = 0.0
    for plane in 0..<used {
      size += StreamStatistics(Self.plane(plane, of: planes, sample.count)).estimatedSize
    }
    return sample.count == 0 ? 0 : size * Double(count) / Double(sample.count)
  }

  func encode(_ elements: Elements, into coded: inout [UInt8], with coder: ChunkCoder) {
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let planes = split(elements, coder.scratch)
    for plane in (0..<used).reversed() {
      coder.append(stream: Self.plane(plane, of: planes, elements.count), to: &coded)
    }
  }

  func decode(
    _ reader: inout CodedReader, into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let count = output.count / layout.width
    let planes = layout.width == 1 ? output : coder.scratch.take(output.count)
    for plane in (0..<layout.width).reversed() {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: planes[(plane * count)..<((plane + 1) * count)])
      if plane < used { try coder.read(stream: &reader, into: part) } else { part.zeroFill() }
    }
    guard layout.width > 1, let base = planes.baseAddress else { return }
    layout.word.merge(base, count: count, rotation: rotation, into: output)
  }

  private func split(_ elements: Elements, _ scratch: ScratchStack) -> UnsafeRawBufferPointer {
    guard layout.width > 1 else { return elements.bytes }
    let planes = scratch.take(elements.bytes.count)
    if let base = planes.baseAddress {
      layout.word.split(elements.bytes, rotation: rotation, planes: base)
    }
    return UnsafeRawBufferPointer(planes)
  }

  private static func plane(
    _ index: Int, of planes: UnsafeRawBufferPointer, _ count: Int
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: planes[(index * count)..<((index + 1) * count)])
  }
}

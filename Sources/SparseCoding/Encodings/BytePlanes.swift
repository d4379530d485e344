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
    let size = split(sample, scratch).prefix(used).reduce(0) {
      $0 + StreamStatistics($1).estimatedSize
    }
    return sample.count == 0 ? 0 : size * Double(count) / Double(sample.count)
  }

  func encode(
    _ elements: Elements, on grid: ElementGrid? = nil, into coded: inout [UInt8],
    with coder: ChunkCoder
  ) {
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    for (index, plane) in split(elements, coder.scratch).prefix(used).enumerated().reversed() {
      // Planes below the highest are noise, or as good as.
      coder.append(stream: plane, on: index == used - 1 ? grid : nil, to: &coded)
    }
  }

  func decode(
    _ reader: inout CodedReader, into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard layout.width > 1 else { return try coder.read(stream: &reader, into: output) }
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let count = output.count / layout.width
    let zeros = coder.scratch.take(used < layout.width ? count : 0)
    zeros.zeroFill()
    var planes = [UnsafeRawBufferPointer](repeating: .init(zeros), count: layout.width)
    for plane in (0..<used).reversed() {
      let target = plane == used - 1 ? output : nil
      planes[plane] = try coder.view(stream: &reader, count: count, for: target)
    }
    PlaneKernels.merge(planes, rotation: rotation, into: output)
  }

  /// The planes, the lowest first.
  private func split(_ elements: Elements, _ scratch: ScratchStack) -> [UnsafeRawBufferPointer] {
    guard layout.width > 1 else { return [elements.bytes] }
    let planes = (0..<layout.width).map { _ in scratch.take(elements.count) }
    PlaneKernels.split(elements, rotation: rotation, into: planes)
    return planes.map { UnsafeRawBufferPointer($0) }
  }
}

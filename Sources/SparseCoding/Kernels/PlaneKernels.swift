internal import CKernels

/// Elements cut into planes of bytes: plane k holds byte k of each element, after a rotation.
enum PlaneKernels {
  /// Cuts elements into as many planes as an element has bytes, the lowest first.
  static func split(
    _ elements: Elements, rotation: Int, into planes: [UnsafeMutableRawBufferPointer]
  ) {
    guard let source = elements.bytes.baseAddress else { return }
    let targets = planes.map { $0.baseAddress?.assumingMemoryBound(to: UInt8.self) }
    planes_split(
      UInt32(elements.layout.width), UInt32(rotation),
      source.assumingMemoryBound(to: UInt8.self), elements.count, targets)
  }

  /// The way back from `split`, into as many elements as the planes have bytes.
  static func merge(
    _ planes: [UnsafeRawBufferPointer], rotation: Int,
    into output: UnsafeMutableRawBufferPointer
  ) {
    guard let target = output.baseAddress else { return }
    let sources = planes.map { $0.baseAddress?.assumingMemoryBound(to: UInt8.self) }
    planes_merge(
      UInt32(planes.count), UInt32(rotation), sources, output.count / planes.count,
      target.assumingMemoryBound(to: UInt8.self))
  }
}

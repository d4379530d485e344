internal import CKernels

/// Codes for each element of a chunk whether it is non-zero, by how probable those before it make that.
///
/// Six contexts, each with its own probabilities: the row; the channel of the column; the place in the
/// kernel and the last eight elements; the elements around; the kernel so far and the one before; and
/// the densities of row and channel together. One use only: it learns.
struct MaskModel {
  private var model: mask_model
  private let kernels: KernelPath
  private let scratch: ScratchStack

  /// Takes its memory from `scratch`: five bytes a column at most, and 130 KB.
  init(_ geometry: RowGeometry, _ kernels: KernelPath, _ scratch: ScratchStack) {
    self.kernels = kernels
    self.scratch = scratch
    model = mask_model(
      tables: LogisticTables.shared.copied(to: scratch), rows: geometry.rows,
      means: scratch.take(Int(MIXED_MASK_MEANS), as: running_mean.self),
      channels: scratch.take(geometry.channelCount, as: running_mean.self),
      above: scratch.take(geometry.rowLength + 1, as: UInt8.self))
  }

  /// Codes the first bits of a mask.
  mutating func encode(_ mask: UnsafeRawBufferPointer, _ count: Int) -> UnsafeRawBufferPointer {
    let coded = scratch.take(2 * count + 4)
    let size = mixed_mask_encode(
      kernels.selector, &model, mask.baseAddress?.assumingMemoryBound(to: UInt8.self), count,
      coded.baseAddress?.assumingMemoryBound(to: UInt8.self))
    return UnsafeRawBufferPointer(rebasing: coded[..<size])
  }

  /// Fills a mask with so many bits; false unless all bytes are used and no more.
  mutating func decode(
    _ coded: UnsafeRawBufferPointer, _ count: Int, into mask: UnsafeMutableRawBufferPointer
  ) -> Bool {
    mask.zeroFill()
    return mixed_mask_decode(
      kernels.selector, &model, coded.baseAddress?.assumingMemoryBound(to: UInt8.self),
      coded.count, mask.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
  }
}

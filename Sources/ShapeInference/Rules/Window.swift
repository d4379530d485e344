internal import ByteStorage
internal import ModelGraph

/// How a window moves over the spatial axes.
struct Window {
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  /// Positions added before and after each axis; nil to make the output as large as `auto_pad` says.
  let pads: (before: [Int], after: [Int])?
  let keepsSize: Bool

  init(_ call: OperatorCall, kernel: [Int]) throws(ShapeError) {
    let rank = kernel.count
    func list(_ name: ByteString, _ fallback: Int) throws(ShapeError) -> [Int] {
      let values = call.list(name) ?? Array(repeating: fallback, count: rank)
      guard values.count == rank, values.allSatisfy({ $0 > 0 && $0 < 1 << 30 }) else {
        throw .contradiction("the attribute \(name) does not fit \(rank) axes")
      }
      return values
    }
    guard kernel.allSatisfy({ $0 > 0 && $0 < 1 << 30 }) else {
      throw .contradiction("a kernel has no positions")
    }
    self.kernel = kernel
    strides = try list("strides", 1)
    dilations = try list("dilations", 1)
    let automatic = call.text("auto_pad") ?? "NOTSET"
    keepsSize = automatic == "SAME_UPPER" || automatic == "SAME_LOWER"
    if automatic == "NOTSET" || automatic == "" {
      let pads = call.list("pads") ?? Array(repeating: 0, count: 2 * rank)
      guard pads.count == 2 * rank, pads.allSatisfy({ (-1 << 30..<1 << 30).contains($0) }) else {
        throw .contradiction("the pads do not fit \(rank) axes")
      }
      self.pads = (Array(pads[..<rank]), Array(pads[rank...]))
    } else {
      self.pads = keepsSize ? nil : ([], [])
    }
  }

  /// How many places the window has on an axis.
  func places(on axis: Int, of size: Int, roundsUp: Bool = false) throws(ShapeError) -> Int {
    if keepsSize { return (size + strides[axis] - 1) / strides[axis] }
    let (before, after) =
      pads.map { ($0.before.isEmpty ? 0 : $0.before[axis], $0.after.isEmpty ? 0 : $0.after[axis]) }
      ?? (0, 0)
    let extent = (kernel[axis] - 1) * dilations[axis] + 1
    let free = size + before + after - extent
    guard free >= 0 else { throw .contradiction("a window of \(extent) does not fit \(size)") }
    var count = free / strides[axis] + 1
    if roundsUp, free % strides[axis] != 0 {
      // A window that would begin in the padding behind does not count.
      if count * strides[axis] < size + before { count += 1 }
    }
    return count
  }
}

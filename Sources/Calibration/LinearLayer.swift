internal import ByteStorage
internal import ModelGraph
internal import Pruning
internal import Reconstruction

/// A node of the main graph that multiplies what it reads by one constant matrix, or one for each
/// group of channels.
///
/// A convolution is such a node, too: it multiplies every window of its input.
struct LinearLayer: Sendable {
  /// How samples stand in the input.
  enum Form: Sendable, Hashable {
    /// Each vector along the last axis.
    case vectors
    /// Each window of a feature map [sample, channel, place...].
    case windows(WindowAttributes)
  }

  /// The index of the node in the main graph.
  let node: Int
  /// The node's name.
  let name: ByteString
  /// The constant that holds the weights.
  let tensor: TensorID
  /// What the node reads.
  let input: ByteString
  /// What the node makes.
  let output: ByteString
  /// How samples stand in the input.
  let form: Form
  /// How many matrices there are, each for its own share of inputs and outputs.
  let groups: Int
  /// The outputs of each group.
  let rows: Int
  /// The inputs of each group: entries of a window, or of a vector.
  let columns: Int
  /// Stored elements from one output to the next.
  let rowStride: Int
  /// Stored elements from one input to the next.
  let columnStride: Int
  /// Where the bias stands.
  let bias: BiasPlace
}

extension LinearLayer {
  /// How many entries of the kernel each channel of a window has.
  var kernelSize: Int {
    guard case .windows(let attributes) = form else { return 1 }
    return attributes.kernel.reduce(1, *)
  }

  /// The channels a group reads.
  func channels(ofGroup group: Int) -> Range<Int> {
    let count = columns / kernelSize
    return group * count..<(group + 1) * count
  }

  /// The outputs a group makes.
  func outputs(ofGroup group: Int) -> Range<Int> { group * rows..<(group + 1) * rows }

  /// Groups of inputs of which as many stay: channels one after the other at one place of the kernel.
  func patternGroups(of size: Int) -> [[Int]] {
    let channels = columns / kernelSize
    return (0..<kernelSize).flatMap { tap in
      stride(from: 0, through: channels - size, by: size).map { first in
        (first..<first + size).map { $0 * kernelSize + tap }
      }
    }
  }
}

/// The attributes of a convolution that say how its windows lie.
struct WindowAttributes: Sendable, Hashable {
  /// How the edges are filled.
  enum Padding: Sendable, Hashable {
    /// So many zeros before and behind, for each spatial axis.
    case explicit(before: [Int], behind: [Int])
    /// So many that outputs are as many as inputs divided by the stride; of an odd number the larger
    /// half stands behind, or before.
    case same(isLowerLarger: Bool)
  }

  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let padding: Padding

  /// Reads a node's attributes; nil when they contradict the kernel.
  init?(_ node: Node, kernel: [Int]) {
    func list(_ name: ByteString, count: Int, default fallback: Int) -> [Int]? {
      guard case .ints(let values) = node.attribute(name) else {
        return [Int](repeating: fallback, count: count)
      }
      return values.count == count ? values.map(Int.init) : nil
    }
    let rank = kernel.count
    guard rank > 0, kernel.allSatisfy({ $0 > 0 }),
      let strides = list("strides", count: rank, default: 1), strides.allSatisfy({ $0 > 0 }),
      let dilations = list("dilations", count: rank, default: 1), dilations.allSatisfy({ $0 > 0 }),
      let pads = list("pads", count: 2 * rank, default: 0), pads.allSatisfy({ $0 >= 0 })
    else { return nil }
    (self.kernel, self.strides, self.dilations) = (kernel, strides, dilations)
    var automatic: ByteString = "NOTSET"
    if case .string(let value) = node.attribute("auto_pad") { automatic = value }
    switch automatic {
    case "SAME_UPPER": padding = .same(isLowerLarger: false)
    case "SAME_LOWER": padding = .same(isLowerLarger: true)
    case "VALID":
      let none = [Int](repeating: 0, count: rank)
      padding = .explicit(before: none, behind: none)
    default: padding = .explicit(before: Array(pads[..<rank]), behind: Array(pads[rank...]))
    }
  }

  /// The windows over feature maps of some size, and how many there are; nil when none fits.
  func windows(over sizes: [Int]) -> (windows: PatchSampler.Windows, outputs: [Int])? {
    guard sizes.count == kernel.count else { return nil }
    var (before, outputs): ([Int], [Int]) = ([], [])
    for axis in sizes.indices {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      let (first, count) = place(axis, size: sizes[axis], reach: reach)
      guard count > 0 else { return nil }
      before.append(first)
      outputs.append(count)
    }
    return (
      PatchSampler.Windows(
        kernel: kernel, strides: strides, dilations: dilations, padding: before),
      outputs
    )
  }

  /// The zeros before the first element of an axis, and how many windows it has.
  private func place(_ axis: Int, size: Int, reach: Int) -> (before: Int, count: Int) {
    switch padding {
    case .explicit(let before, let behind):
      let room = size + before[axis] + behind[axis] - reach
      return (before[axis], room < 0 ? 0 : room / strides[axis] + 1)
    case .same(let isLowerLarger):
      let count = (size + strides[axis] - 1) / strides[axis]
      let total = max(0, (count - 1) * strides[axis] + reach - size)
      return (isLowerLarger ? total - total / 2 : total / 2, count)
    }
  }
}

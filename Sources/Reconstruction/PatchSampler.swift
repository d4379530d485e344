/// Takes what a convolution reads for some of its outputs, as rows of a matrix.
///
/// Positions are chosen at random, each at most once, and alike for the same sample: so the outputs of
/// another network at the same places can be taken, too.
public struct PatchSampler: Sendable {
  /// How the windows lie, one number for each spatial axis.
  public struct Windows: Sendable, Hashable {
    /// Sizes of the kernel.
    public var kernel: [Int]
    /// Steps between windows.
    public var strides: [Int]
    /// Steps between the elements of a window.
    public var dilations: [Int]
    /// Zeros before the first element.
    public var padding: [Int]

    /// Describes windows.
    public init(kernel: [Int], strides: [Int], dilations: [Int], padding: [Int]) {
      self.kernel = kernel
      self.strides = strides
      self.dilations = dilations
      self.padding = padding
    }
  }

  private let windows: Windows
  private let inputSizes: [Int]
  private let outputSizes: [Int]
  private let seed: UInt64
  /// How many elements the kernel has.
  private let tapCount: Int
  /// For each axis the index of each element of the kernel along it, in steps of the input.
  private let steps: [[Int]]

  /// A sampler for feature maps of these spatial sizes.
  public init(_ windows: Windows, inputSizes: [Int], outputSizes: [Int], seed: UInt64) {
    self.windows = windows
    self.inputSizes = inputSizes
    self.outputSizes = outputSizes
    self.seed = seed
    tapCount = windows.kernel.reduce(1, *)
    let taps = (0..<tapCount).map { Self.indices(of: $0, in: windows.kernel) }
    steps = windows.kernel.indices.map { axis in taps.map { $0[axis] * windows.dilations[axis] } }
  }

  /// How many positions a sample's outputs have.
  public var outputCount: Int { outputSizes.reduce(1, *) }

  /// Some positions of a sample's outputs, in order.
  public func positions(_ count: Int, ofSample sample: Int) -> [Int] {
    Self.choice(count, of: outputCount, sample: sample, seed: seed)
  }

  /// So many of the numbers below `total`, in order; all when there are not more.
  public static func choice(_ count: Int, of total: Int, sample: Int, seed: UInt64) -> [Int] {
    guard count < total else { return Array(0..<total) }
    var numbers = SplitMix64(seed: seed &+ UInt64(sample) &* 0xD134_2543_DE82_EF95)
    // Floyd's sampling (Bentley and Floyd, "A sample of brilliance", 1987): no number twice.
    var chosen: Set<Int> = []
    for last in total - count..<total {
      let candidate = Int(numbers.next() % UInt64(last + 1))
      if !chosen.insert(candidate).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }

  /// What the windows at these positions read of some channels of one sample, a row a position:
  /// channel after channel, each the whole kernel, as the weights lie.
  ///
  /// There must be room for exactly these.
  public func copyPatches(
    of sample: UnsafeBufferPointer<Float>, channels: Range<Int>, at positions: [Int],
    to values: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(
      values.count == positions.count * channels.count * tapCount, "room for other patches")
    let plane = inputSizes.reduce(1, *)
    precondition(
      channels.lowerBound >= 0 && sample.count >= channels.upperBound * plane,
      "a sample of fewer channels")
    guard let source = sample.baseAddress, var target = values.baseAddress else { return }
    var offsets = [Int](repeating: 0, count: tapCount)
    for position in positions {
      let isInside = setOffsets(&offsets, of: position)
      offsets.withUnsafeBufferPointer { offsets in
        for channel in channels {
          let own = source + channel &* plane
          if isInside {
            for tap in offsets.indices { target[tap] = Double(own[offsets[tap]]) }
          } else {
            for tap in offsets.indices {
              target[tap] = offsets[tap] < 0 ? 0 : Double(own[offsets[tap]])
            }
          }
          target += offsets.count
        }
      }
    }
  }

  /// Some channels of one sample's outputs at these positions, a row a position.
  ///
  /// There must be room for exactly these.
  public func copyOutputs(
    of sample: UnsafeBufferPointer<Float>, channels: Range<Int>, at positions: [Int],
    to values: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(values.count == positions.count * channels.count, "room for other outputs")
    let plane = outputSizes.reduce(1, *)
    var next = 0
    for position in positions {
      for channel in channels {
        values[next] = Double(sample[channel * plane + position])
        next += 1
      }
    }
  }

  /// Finds for each element of the kernel where in a channel it lies, -1 in the padding; true when none
  /// lies there.
  private func setOffsets(_ offsets: inout [Int], of position: Int) -> Bool {
    for tap in offsets.indices { offsets[tap] = 0 }
    var (rest, stride, isInside) = (position, 1, true)
    for axis in outputSizes.indices.reversed() {
      let start = rest % outputSizes[axis] * windows.strides[axis] - windows.padding[axis]
      rest /= outputSizes[axis]
      for (tap, step) in steps[axis].enumerated() where offsets[tap] >= 0 {
        let isKnown = (0..<inputSizes[axis]).contains(start + step)
        offsets[tap] = isKnown ? offsets[tap] + (start + step) * stride : -1
        isInside = isInside && isKnown
      }
      stride *= inputSizes[axis]
    }
    return isInside
  }

  private static func indices(of place: Int, in sizes: [Int]) -> [Int] {
    var rest = place
    var result = sizes
    for axis in sizes.indices.reversed() {
      result[axis] = rest % sizes[axis]
      rest /= sizes[axis]
    }
    return result
  }
}

/// Reproducible numbers.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

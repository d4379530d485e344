/// The runs of positions that stay on one axis, in bytes.
struct KeptRuns: Sendable {
  struct Run: Hashable, Sendable {
    /// Where it starts before removal.
    let start: Int
    /// Where it starts after removal.
    let keptStart: Int
    var count: Int
  }

  private(set) var runs: [Run] = []
  /// How many bytes the axis has.
  let size: Int
  /// How many bytes of it stay.
  private(set) var keptSize = 0

  /// Finds the runs of a mask whose positions have `unit` bytes each.
  init(_ mask: [Bool], unit: Int) {
    size = mask.count * unit
    var isInRun = false
    for (index, stays) in mask.enumerated() where unit > 0 {
      if stays {
        if isInRun {
          runs[runs.count - 1].count += unit
        } else {
          runs.append(Run(start: index * unit, keptStart: keptSize, count: unit))
        }
        keptSize += unit
      }
      isInRun = stays
    }
  }

  /// The run that a kept byte lies in, and its place there.
  func run(at offset: Int) -> (run: Int, inRun: Int) {
    var (low, high) = (0, runs.count)
    while low + 1 < high {
      let middle = (low + high) / 2
      if runs[middle].keptStart <= offset { low = middle } else { high = middle }
    }
    return (low, offset - runs[low].keptStart)
  }
}

/// The combined positions that stay on axes that vary slower than the innermost masked one.
struct OuterPositions: Sendable {
  private struct Axis: Sendable {
    let length: Int
    /// The positions that stay; nil when all do.
    let kept: [Int]?

    var keptCount: Int { kept?.count ?? length }
  }

  private let axes: [Axis]
  /// How many combinations stay.
  let count: Int

  init(shape: ArraySlice<Int>, masks: ArraySlice<[Bool]?>) {
    axes = zip(shape, masks).map { length, mask in
      Axis(length: length, kept: mask.map { mask in mask.indices.filter { mask[$0] } })
    }
    count = axes.reduce(1) { $0 * $1.keptCount }
  }

  /// The combination before removal that became the given one.
  func position(_ number: Int) -> Int {
    var (rest, position, stride) = (number, 0, 1)
    for axis in axes.reversed() {
      let digit = rest % axis.keptCount
      rest /= axis.keptCount
      position += (axis.kept?[digit] ?? digit) * stride
      stride *= axis.length
    }
    return position
  }
}

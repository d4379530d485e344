/// Says how probable it is that each element of a chunk is non-zero, from those before it.
///
/// Six contexts, each with its own probabilities: the row; the channel of the column; the place in the
/// kernel and the last eight elements; the elements around; the kernel so far and the one before; and
/// the densities of row and channel together.
struct MaskModel {
  /// What a row has learnt counts as so many bits in the next one.
  private static let rowMemory: UInt16 = 10

  private let geometry: RowGeometry
  private var mixer: LogisticMixer
  private let rates: UnsafeBufferPointer<Int32>

  private var row = RunningMean()
  private let channels: UnsafeMutableBufferPointer<RunningMean>
  private let byHistory: UnsafeMutableBufferPointer<RunningMean>
  private let byNeighbours: UnsafeMutableBufferPointer<RunningMean>
  private let byKernel: UnsafeMutableBufferPointer<RunningMean>
  private let byDensity: UnsafeMutableBufferPointer<RunningMean>
  /// The last two elements of each column, the newer one in the lowest bit; with one column more.
  private let above: UnsafeMutableBufferPointer<UInt8>

  // Where the next element stands, and what came before it.
  private var column: Int
  private var place: Int
  private var channel: Int
  private var history = 0
  private var inKernel = 0
  private var inLastKernel = 0
  /// Which probability of each of the four tables the next element has.
  private var contexts = InlineArray<4, Int>(repeating: 0)

  /// Takes its memory from `scratch`: five bytes a column at most, and 130 KB.
  init(_ geometry: RowGeometry, _ scratch: ScratchStack) {
    self.geometry = geometry
    mixer = LogisticMixer(scratch)
    rates = scratch.copy(RunningMean.rates)
    func probabilities(_ count: Int) -> UnsafeMutableBufferPointer<RunningMean> {
      scratch.take(count, of: RunningMean())
    }
    channels = probabilities(geometry.rowLength / geometry.kernel)
    byHistory = probabilities(geometry.kernel << 8)
    byNeighbours = probabilities(1 << 8)
    byKernel = probabilities(geometry.kernel << 7)
    byDensity = probabilities(1 << 12)
    above = scratch.take(geometry.rowLength + 1, of: 0)
    column = geometry.first
    place = geometry.first % geometry.kernel
    channel = geometry.first / geometry.kernel
  }

  /// The probability that the next element is non-zero, in parts of 2^16.
  @inline(__always)
  mutating func probability() -> UInt32 {
    let ofChannel = channels[channel]
    let left = column > 0 ? Int(above[column &- 1]) & 2 : 0
    let around = Int(above[column]) & 3 | (Int(above[column &+ 1]) & 1) &<< 2 | left &<< 2
    contexts[unchecked: 0] = place &<< 8 | history & 0xFF
    contexts[unchecked: 1] = around | (history & 15) &<< 4
    contexts[unchecked: 2] = place &<< 7 | (inKernel & 15) &<< 3 | min(inLastKernel, 7)
    let densities = Int(ofChannel.value &>> 12) &<< 5 | Int(row.value &>> 11)
    contexts[unchecked: 3] = densities &<< 3 | min(inKernel, 7)
    mixer.set(0, row)
    mixer.set(1, ofChannel)
    mixer.set(2, byHistory[contexts[unchecked: 0]])
    mixer.set(3, byNeighbours[contexts[unchecked: 1]])
    mixer.set(4, byKernel[contexts[unchecked: 2]])
    mixer.set(5, byDensity[contexts[unchecked: 3]])
    return mixer.mix()
  }

  /// Learns whether the element was non-zero, and goes on to the next one.
  @inline(__always)
  mutating func learn(_ bit: Bool) {
    let target: Int32 = bit ? 65_535 : 0
    mixer.learn(target)
    row.learn(target, rates)
    channels[channel].learn(target, rates)
    byHistory[contexts[unchecked: 0]].learn(target, rates)
    byNeighbours[contexts[unchecked: 1]].learn(target, rates)
    byKernel[contexts[unchecked: 2]].learn(target, rates)
    byDensity[contexts[unchecked: 3]].learn(target, rates)
    let number = bit ? 1 : 0
    history = history &<< 1 | number
    inKernel &+= number
    above[column] = above[column] &<< 1 | UInt8(truncatingIfNeeded: number)
    advance()
  }

  @inline(__always)
  private mutating func advance() {
    column &+= 1
    place &+= 1
    if place == geometry.kernel {
      place = 0
      channel &+= 1
      inLastKernel = inKernel
      inKernel = 0
    }
    if column == geometry.rowLength {
      column = 0
      channel = 0
      row.forget(to: Self.rowMemory)
    }
  }
}

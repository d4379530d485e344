/// Says how probable the answers of a symbol tree are for each byte of a plane, from those before it.
///
/// Six contexts, in each of which each question has a probability of its own: the levels of the row so
/// far, of the channel so far, and of both together; the place in the kernel with the last four first
/// answers, and with the level of the last few bytes; and the bytes around.
struct SymbolModel {
  /// How many different contexts each input has, the third one for each place in the kernel.
  private static let sizes: [Int] = [1 << 6, 1 << 6, 1 << 4, 1 << 9, 1 << 10, 1 << 10]
  /// What a row has learnt counts as so many bytes in the next one.
  private static let rowMemory: UInt16 = 2
  /// The last few bytes are about so many.
  private static let recentMemory: UInt16 = 3
  /// What the frequencies say counts as so many bits.
  private static let frequencyMemory: UInt16 = 4

  private let geometry: RowGeometry
  /// One over the size of a kernel, in parts of 2^32 and rounded up: exact for what fits in a chunk.
  private let reciprocal: Int
  private let nodes: UnsafeBufferPointer<SymbolTree.Node>
  private let levels: UnsafeBufferPointer<UInt8>
  private let rates: UnsafeBufferPointer<Int32>
  private var mixer: LogisticMixer
  private let inputs: InlineArray<6, UnsafeMutableBufferPointer<RunningMean>>
  /// Where the probabilities of the byte's contexts begin in each input.
  private var contexts = InlineArray<6, Int>(repeating: 0)

  private var row = RunningMean()
  private let channels: UnsafeMutableBufferPointer<RunningMean>
  private var recent = RunningMean()
  /// The level of the last byte of each column; with one column more.
  private let above: UnsafeMutableBufferPointer<UInt8>
  private var left: UInt8 = 128
  private var history = 0

  // Where the byte stands.
  private var position = -1
  private var column: Int
  private var channel: Int

  /// Takes its memory from `scratch`: five bytes a column at most, and 4 MB.
  init(_ tree: SymbolTree, _ geometry: RowGeometry, _ scratch: ScratchStack) {
    self.geometry = geometry
    reciprocal = (1 << 32 + geometry.kernel - 1) / geometry.kernel
    nodes = scratch.copy(tree.nodes)
    levels = scratch.copy(tree.levels)
    rates = scratch.copy(RunningMean.rates)
    mixer = LogisticMixer(sets: tree.nodes.count, scratch)
    inputs = InlineArray { input in
      let count = Self.sizes[input] * (input == 2 ? geometry.kernel : 1)
      return Self.probabilities(tree, contexts: count, scratch)
    }
    channels = scratch.take(geometry.rowLength / geometry.kernel, of: RunningMean())
    above = scratch.take(geometry.rowLength + 1, of: 128)
    column = geometry.first - 1
    channel = max(column, 0) / geometry.kernel
  }

  private static func probabilities(
    _ tree: SymbolTree, contexts: Int, _ scratch: ScratchStack
  ) -> UnsafeMutableBufferPointer<RunningMean> {
    let start = tree.nodes.map { RunningMean($0.probability, of: frequencyMemory) }
    let count = contexts * start.count
    let values = scratch.take(count * MemoryLayout<RunningMean>.stride)
      .bindMemory(to: RunningMean.self)
    guard let first = values.baseAddress else { return values }
    first.initialize(from: start, count: start.count)
    // What is filled is copied behind itself.
    var filled = start.count
    while filled < count {
      let more = min(filled, count - filled)
      (first + filled).initialize(from: first, count: more)
      filled += more
    }
    return values
  }

  /// Goes on to the byte of the element at a place in the chunk, which is behind the last one.
  @inline(__always)
  mutating func move(to next: Int) {
    column &+= next &- position
    position = next
    var isNew = false
    if column >= geometry.rowLength {
      column %= geometry.rowLength
      row.forget(to: Self.rowMemory)
      isNew = true
    }
    let old = channel
    channel = (column &* reciprocal) &>> 32
    if geometry.kernel > 1, isNew || channel != old { recent = RunningMean() }
    findContexts()
  }

  @inline(__always)
  private mutating func findContexts() {
    let place = column &- channel &* geometry.kernel
    let (ofRow, ofChannel) = (Self.fine(row), Self.fine(channels[channel]))
    let around = Int(above[column] &>> 5) &<< 6 | Int(above[column &+ 1] &>> 5)
    set(0, ofRow)
    set(1, ofChannel)
    set(2, place &<< 4 | history & 15)
    set(3, around | Int(left &>> 5) &<< 3)
    set(4, Int(recent.value &>> 12) &<< 6 | place)
    set(5, (ofRow &>> 1) &<< 5 | ofChannel &>> 1)
  }

  @inline(__always)
  private mutating func set(_ input: Int, _ context: Int) {
    contexts[unchecked: input] = context &* nodes.count
  }

  /// The middle half of all levels in 64 parts, with the others in the outermost.
  @inline(__always)
  private static func fine(_ mean: RunningMean) -> Int {
    min(max(Int(mean.value &>> 8) &- 64, 0) &>> 1, 63)
  }

  /// Answers the questions that lead to a byte by `answer`, and returns the byte.
  ///
  /// `answer` takes a question and the probability of yes in parts of 2^16.
  @inline(__always)
  mutating func next(_ answer: (SymbolTree.Node, UInt32) -> Bool) -> UInt8 {
    var node = 0
    var isFirst = true
    repeat {
      let question = nodes[node]
      for input in 0..<LogisticMixer.inputCount {
        mixer.set(input, inputs[unchecked: input][contexts[unchecked: input] &+ node])
      }
      let isYes = answer(question, mixer.mix(set: node))
      learn(isYes, node)
      if isFirst { history = history &<< 1 | (isYes ? 1 : 0) }
      isFirst = false
      node = isYes ? question.yes : question.no
    } while node >= 0
    let symbol = UInt8(truncatingIfNeeded: -1 &- node)
    remember(levels[Int(symbol)])
    return symbol
  }

  @inline(__always)
  private mutating func learn(_ isYes: Bool, _ node: Int) {
    let target: Int32 = isYes ? 65_535 : 0
    mixer.learn(target)
    for input in 0..<LogisticMixer.inputCount {
      inputs[unchecked: input][contexts[unchecked: input] &+ node].learn(target, rates)
    }
  }

  @inline(__always)
  private mutating func remember(_ level: UInt8) {
    let number = Int32(level) &<< 8
    row.learn(number, rates)
    channels[channel].learn(number, rates)
    recent.learn(number, rates)
    recent.forget(to: Self.recentMemory)
    above[column] = level
    left = level
  }
}

/// Bytes as ways through a tree of yes-no questions, each of which asks whether the byte is greater.
///
/// Each question halves what is left by frequency, as nearly as it can, so that a byte takes few.
struct SymbolTree {
  /// A question, and where its answers lead: to another question, or below zero to a symbol.
  struct Node {
    /// The greatest symbol of those for which the answer is no.
    let split: UInt8
    /// The probability of yes, in parts of 2^16.
    let probability: UInt16
    var no = 0
    var yes = 0
  }

  /// The questions, the first one first.
  private(set) var nodes: [Node] = []
  /// How many answers lead to each symbol.
  private(set) var answerCounts = [Int](repeating: 0, count: 256)
  /// The middle of each symbol's range in the sums of frequencies, from 0 to 255.
  private(set) var levels = [UInt8](repeating: 0, count: 256)

  /// The tree of at least two symbols.
  init(_ frequencies: ByteFrequencies) {
    var starts = [0]
    for count in frequencies.counts { starts.append(starts[starts.count - 1] + Int(count)) }
    for symbol in 0..<256 {
      // Two to the bits and one more is the sum of two starts.
      let middle = (starts[symbol] + starts[symbol + 1]) >> (frequencies.bits - 7)
      levels[symbol] = UInt8(min(middle, 255))
    }
    addNodes(frequencies.counts.indices.filter { frequencies.counts[$0] > 0 }, starts)
    countAnswers()
  }

  private mutating func countAnswers() {
    // Questions come before those that they lead to.
    var before = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for next in [node.no, node.yes] {
        if next >= 0 {
          before[next] = before[index] + 1
        } else {
          answerCounts[-1 - next] = before[index] + 1
        }
      }
    }
  }

  /// Asks about ranges of symbols one after the other, each of which may leave two more.
  private mutating func addNodes(_ symbols: [Int], _ starts: [Int]) {
    var ranges = [0..<symbols.count]
    while nodes.count < ranges.count {
      let range = ranges[nodes.count]
      let (first, last) = (
        starts[symbols[range.lowerBound]], starts[symbols[range.upperBound - 1] + 1]
      )
      let half = Self.half(of: range) { starts[symbols[$0] + 1] * 2 - first - last }
      let yes = last - starts[symbols[half] + 1]
      let probability = (yes << 16 + (last - first) / 2) / (last - first)
      var node = Node(
        split: UInt8(symbols[half]), probability: UInt16(min(max(probability, 64), 65_472)))
      func next(_ part: Range<Int>) -> Int {
        guard part.count > 1 else { return -1 - symbols[part.lowerBound] }
        ranges.append(part)
        return ranges.count - 1
      }
      node.no = next(range.lowerBound..<half + 1)
      node.yes = next(half + 1..<range.upperBound)
      nodes.append(node)
    }
  }

  /// The last place of the lower part that leaves the least difference, the first of equals.
  private static func half(of range: Range<Int>, _ difference: (Int) -> Int) -> Int {
    var half = range.lowerBound
    for place in range.dropLast() where abs(difference(place)) < abs(difference(half)) {
      half = place
    }
    return half
  }
}

public import LinearAlgebra

/// Which weights of a layer stay.
public struct Support: Sendable, Hashable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// For each weight, row after row, whether it stays.
  public private(set) var isKept: [Bool]

  /// Everything stays.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    isKept = [Bool](repeating: true, count: rows * columns)
  }

  /// Leaves out the weights with the smallest scores that a goal asks for, the earlier of equal ones.
  public init(largest scores: Matrix, _ goal: SparsityGoal) {
    self.init(rows: scores.rows, columns: scores.columns)
    switch goal {
    case .zeros(let zeros):
      leaveOut(zeros, of: Array(scores.values.indices), scores)
    case .zerosInEachRow(let zeros):
      for row in 0..<rows {
        leaveOut(zeros, of: Array(row * columns..<(row + 1) * columns), scores)
      }
    case .groups(let groups, let kept):
      for row in 0..<rows {
        for group in groups { leaveOut(group.count - kept, of: group, row, scores) }
      }
    }
  }

  /// Leaves out some of a few columns of a row, without memory of its own: groups are many.
  private mutating func leaveOut(
    _ count: Int, of group: [Int], _ row: Int, _ scores: Matrix
  ) {
    for _ in 0..<max(0, count) {
      var smallest: Int?
      for column in group {
        let place = row * columns + column
        guard isKept[place] else { continue }
        if let known = smallest, scores.values[known].magnitude <= scores.values[place].magnitude {
          continue
        }
        smallest = place
      }
      if let smallest { isKept[smallest] = false }
    }
  }

  /// The weights that are not zero stay.
  public init(of weights: Matrix) {
    self.init(rows: weights.rows, columns: weights.columns)
    for index in isKept.indices { isKept[index] = weights.values[index] != 0 }
  }

  /// How many weights go.
  public var zeroCount: Int { isKept.reduce(0) { $0 + ($1 ? 0 : 1) } }

  /// The columns that stay in a row.
  public func columns(keptIn row: Int) -> [Int] {
    (0..<columns).filter { isKept[row * columns + $0] }
  }

  /// Leaves out one weight.
  mutating func leaveOut(_ index: Int) {
    isKept[index] = false
  }

  /// A matrix with zeros where weights go.
  public func applied(to weights: Matrix) -> Matrix {
    var result = weights
    for index in isKept.indices where !isKept[index] { result.values[index] = 0 }
    return result
  }

  private mutating func leaveOut(_ count: Int, of indices: [Int], _ scores: Matrix) {
    for place in smallest(count, of: indices.map { scores.values[$0] }) {
      isKept[indices[place]] = false
    }
  }
}

/// The places of the smallest numbers, the earlier of equal ones; numbers are not negative.
///
/// Numbers that are not negative stand in the order of their bits. One count of the upper bits finds
/// what has to be sorted.
func smallest(_ count: Int, of numbers: [Double]) -> [Int] {
  guard count > 0 else { return [] }
  guard count < numbers.count else { return Array(numbers.indices) }
  // The table below takes longer to clear than a few numbers to sort.
  guard numbers.count > 4096 else {
    return Array(
      numbers.indices.sorted {
        (numbers[$0].magnitude, $0) < (numbers[$1].magnitude, $1)
      }.prefix(count))
  }
  let shift: UInt64 = 48
  var counts = [Int](repeating: 0, count: 1 << (64 - shift))
  for number in numbers { counts[Int(number.magnitude.bitPattern >> shift)] += 1 }
  var (below, edge) = (0, 0)
  while below + counts[edge] < count {
    below += counts[edge]
    edge += 1
  }
  var (found, atEdge): ([Int], [Int]) = ([], [])
  found.reserveCapacity(count)
  for (place, number) in numbers.enumerated() {
    let bin = Int(number.magnitude.bitPattern >> shift)
    if bin < edge { found.append(place) } else if bin == edge { atEdge.append(place) }
  }
  atEdge.sort { (numbers[$0].magnitude, $0) < (numbers[$1].magnitude, $1) }
  return found + atEdge.prefix(count - below)
}

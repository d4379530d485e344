extension String {
  /// Those of some words that this could be a slip of: a third of the letters may differ.
  func nearest(in words: [String]) -> [String] {
    let distances = words.map { editDistance(to: $0) }
    guard let least = distances.min(), least <= max(1, unicodeScalars.count / 3) else { return [] }
    return zip(words, distances).filter { $0.1 == least }.map(\.0)
  }

  /// How many letters have to be changed, added, removed or exchanged with their neighbour (optimal
  /// string alignment) to make another word; words of more than 64 letters are like none.
  private func editDistance(to other: String) -> Int {
    let (here, there) = (Array(unicodeScalars), Array(other.unicodeScalars))
    guard max(here.count, there.count) <= 64 else { return .max }
    var before: [Int] = []
    var last = Array(0...there.count)
    for (row, letter) in here.enumerated() {
      var next = [row + 1]
      for (column, target) in there.enumerated() {
        var best = min(last[column + 1], next[column]) + 1
        best = min(best, last[column] + (letter == target ? 0 : 1))
        if row > 0, column > 0, letter == there[column - 1], here[row - 1] == target {
          best = min(best, before[column - 1] + 1)
        }
        next.append(best)
      }
      (before, last) = (last, next)
    }
    return last[there.count]
  }
}

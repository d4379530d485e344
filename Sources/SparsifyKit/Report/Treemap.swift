/// Areas of given weights that tile a rectangle, close to squares (Bruls, Huizing, van Wijk 2000).
enum Treemap {
  /// A rectangle on a grid of whole numbers; neighbours share their edges, so nothing is left over.
  struct Rectangle: Equatable, Sendable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left }
    var height: Int { bottom - top }
  }

  /// The rectangle of each weight: areas are proportional to weights within the rounding of edges.
  ///
  /// - Parameters:
  ///   - weights: no negative numbers, largest first for the best shapes.
  ///   - area: what is tiled.
  ///   - aspect: how many times wider than high a unit is when it is shown.
  /// - Returns: a rectangle for each weight, in their order.
  static func layout(
    _ weights: [Int], in area: Rectangle, aspect: Double = 1
  ) -> [Rectangle] {
    var result: [Rectangle] = []
    result.reserveCapacity(weights.count)
    var rest = area
    var sum = weights.reduce(0.0) { $0 + Double($1) }
    var start = 0
    while start < weights.count {
      let end = rowEnd(from: start, of: weights, sum: sum, in: rest, aspect)
      let row = weights[start..<end]
      let rowSum = row.reduce(0.0) { $0 + Double($1) }
      let isLast = end == weights.count
      let strip = cut(&rest, share: isLast || sum <= 0 ? 1 : rowSum / sum, aspect)
      result += divide(strip.rectangle, among: row, alongX: strip.isRow)
      sum -= rowSum
      start = end
    }
    return result
  }

  /// How many weights make the next row: as many as make its worst shape better.
  private static func rowEnd(
    from start: Int, of weights: [Int], sum: Double, in rest: Rectangle, _ aspect: Double
  ) -> Int {
    let width = Double(rest.width) * aspect
    let height = Double(rest.height)
    let unit = sum > 0 ? width * height / sum : 0
    let side = min(width, height)
    var end = start
    var rowSum = 0.0
    var worst = Double.infinity
    var least = Double.infinity
    var most = 0.0
    while end < weights.count {
      let area = Double(weights[end]) * unit
      rowSum += area
      least = min(least, area)
      most = max(most, area)
      let squares = (side * side, rowSum * rowSum)
      let next =
        least > 0 && squares.0 > 0
        ? max(squares.0 * most / squares.1, squares.1 / (squares.0 * least)) : .infinity
      guard next < worst || end == start else { return end }
      worst = next
      end += 1
    }
    return end
  }

  /// Takes a strip off along the shorter side; a row of rectangles side by side is as wide as `rest`.
  private static func cut(
    _ rest: inout Rectangle, share: Double, _ aspect: Double
  ) -> (rectangle: Rectangle, isRow: Bool) {
    var strip = rest
    let isRow = Double(rest.width) * aspect < Double(rest.height)
    if isRow {
      strip.bottom = rest.top + Int((Double(rest.height) * share).rounded())
      rest.top = strip.bottom
    } else {
      strip.right = rest.left + Int((Double(rest.width) * share).rounded())
      rest.left = strip.right
    }
    return (strip, isRow)
  }

  private static func divide(
    _ strip: Rectangle, among weights: ArraySlice<Int>, alongX: Bool
  ) -> [Rectangle] {
    let total = max(weights.reduce(0.0) { $0 + Double($1) }, 1)
    let length = Double(alongX ? strip.width : strip.height)
    var done = 0.0
    var edge = 0
    return weights.indices.map { index in
      done += Double(weights[index])
      let isLast = index == weights.indices.last
      let next = Int(isLast ? length : (length * done / total).rounded())
      defer { edge = next }
      var part = strip
      if alongX {
        (part.left, part.right) = (strip.left + edge, strip.left + next)
      } else {
        (part.top, part.bottom) = (strip.top + edge, strip.top + next)
      }
      return part
    }
  }
}

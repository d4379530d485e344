public import LinearAlgebra

/// How far each output of a layer varies.
public struct OutputSpread: Sendable {
  private var count = 0
  private var sums: [Double]
  private var squares: [Double]

  /// No samples of so many outputs.
  public init(outputs: Int) {
    sums = [Double](repeating: 0, count: outputs)
    squares = sums
  }

  /// The outputs that sums tell of.
  public init(_ moments: LayerMoments) {
    (count, sums, squares) = (moments.count, moments.outputs, moments.outputSquares)
  }

  /// Adds samples, one in each row.
  public mutating func add(_ outputs: Matrix) {
    count += outputs.rows
    outputs.addRows(to: &sums)
    outputs.addSquaredRows(to: &squares)
  }

  /// The variances.
  public var variances: [Double] {
    let count = Double(max(count, 1))
    return zip(squares, sums).map { max(0, $0 / count - ($1 / count) * ($1 / count)) }
  }
}

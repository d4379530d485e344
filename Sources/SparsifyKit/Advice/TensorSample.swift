internal import ByteStorage
internal import ModelGraph

/// Some of the constants of a model that stand for all of them, spread evenly over its bytes.
struct TensorSample {
  /// The model with the constants of the sample alone; its nodes still name the others.
  let model: Model
  /// How many of the constants are in the sample.
  let count: Int
  /// How many constants there are.
  let total: Int
  /// Bytes of the sample.
  let bytes: Int
  /// Bytes of all constants.
  let totalBytes: Int

  /// Takes constants of the main graph of at most `limit` bytes together, or the smallest one.
  init(_ whole: Model, limit: Int) {
    let all = whole.graphs.first?.initializers ?? []
    let sizes = all.map { whole[$0].contents.byteCount }
    totalBytes = sizes.reduce(0, +)
    total = all.count
    var chosen = Self.spread(sizes, limit: limit, of: totalBytes)
    if chosen.isEmpty, let smallest = sizes.indices.min(by: { sizes[$0] < sizes[$1] }) {
      chosen = [smallest]
    }
    count = chosen.count
    bytes = chosen.reduce(0) { $0 + sizes[$1] }
    var model = whole
    model.editGraphs { graphs, _ in graphs[0].initializers = chosen.map { all[$0] } }
    self.model = model
  }

  /// Smaller tensors are always taken: scales, shapes and biases, which say what the others mean.
  private static let smallSize = 1 << 14

  /// Every tensor earns its share of the limit for the sample; the next that it pays for is taken.
  private static func spread(_ sizes: [Int], limit: Int, of total: Int) -> [Int] {
    guard total > 0 else { return [] }
    let share = min(1, Double(limit) / Double(total))
    var (credit, left) = (0.0, limit)
    var chosen: [Int] = []
    for (index, size) in sizes.enumerated() {
      credit += Double(size) * share
      guard size <= left, size < smallSize || Double(size) <= 2 * credit else { continue }
      chosen.append(index)
      credit -= Double(size)
      left -= size
    }
    return chosen
  }

  /// What the whole would take when a sample of so many bytes takes `stored`, `structure` of it for
  /// what is no tensor.
  func extrapolated(_ stored: Int, structure: Int) -> Int {
    guard bytes > 0 else { return stored }
    let ratio = Double(max(0, stored - structure)) / Double(bytes)
    return structure + Int((ratio * Double(totalBytes)).rounded())
  }
}

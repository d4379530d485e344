/// The words on a layer of a treemap, where they have room.
struct TreemapLabel {
  /// The drawing on a wide page, and on a telephone, in CSS pixels: labels are cut to fit there.
  private static let wide = (width: 1080.0, height: 500.0)
  private static let narrow = (width: 340.0, height: 340.0)
  /// The mean width of a letter, the height of a line and what stays free beside the words.
  private static let letter = 6.6
  private static let line = 15.0
  private static let margin = 12.0
  private static let leastLetters = 6

  private let block: TreemapChart.Block
  private let place: Treemap.Rectangle

  init(_ block: TreemapChart.Block, _ place: Treemap.Rectangle) {
    self.block = block
    self.place = place
  }

  var html: HTML {
    guard let (lines, isNarrow) = text() else { return .nothing }
    let classes = ["label", isNarrow ? nil : "wide", isOnDense ? "on-dense" : nil]
    let first: HTML = "<text x=\"6\" y=\"16\">\(lines[0])</text>"
    let second: HTML =
      lines.count > 1 ? "<text class=\"size\" x=\"6\" y=\"31\">\(lines[1])</text>" : .nothing
    return """
      <svg class="\(classes.compactMap { $0 }.joined(separator: " "))" aria-hidden="true" \
      \(TreemapChart.position(place))>\(first)\(second)</svg>\n
      """
  }

  /// The lines that fit, and whether they fit on a telephone, too.
  private func text() -> (lines: [String], isNarrow: Bool)? {
    let letters = Int((width(Self.wide.width) - Self.margin) / Self.letter)
    let height = height(Self.wide.height)
    guard height >= Self.line + 5, letters >= min(Self.leastLetters, block.layer.count) else {
      return nil
    }
    let name = Self.shortened(block.layer, to: letters)
    let size = [ByteSize(block.bytes).description, sparsity].compactMap { $0 }
      .joined(separator: ", ")
    let hasSize = height >= 2 * Self.line + 8 && size.count <= letters
    let lines = hasSize ? [name, size] : [name]
    let longest = lines.map { Double($0.count) }.max() ?? 0
    let isNarrow =
      longest * Self.letter + Self.margin <= width(Self.narrow.width)
      && self.height(Self.narrow.height) >= Double(lines.count) * Self.line + 6
    return (lines, isNarrow)
  }

  /// The end of a name says more than its beginning, which layers share.
  private static func shortened(_ name: String, to letters: Int) -> String {
    name.count <= letters ? name : "…" + name.suffix(max(letters - 1, 1))
  }

  private var sparsity: String? {
    guard let share = block.tiles.first?.sparsity, share >= 0.005 else { return nil }
    return "\(share.percentText) zero"
  }

  /// The words stand on the first and largest tile.
  private var isOnDense: Bool { block.tiles.first?.sparsity.map { $0 < 0.35 } ?? false }

  private func width(_ whole: Double) -> Double { Double(place.width) / 1e6 * whole }
  private func height(_ whole: Double) -> Double { Double(place.height) / 1e6 * whole }
}

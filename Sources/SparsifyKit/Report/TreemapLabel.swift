/// The words on a layer of a treemap, where they have room.
struct TreemapLabel {
  /// How large the drawing is in CSS pixels.
  private struct Size {
    let width: Double
    let height: Double

    static let wide = Size(width: 1100, height: 500)
    /// On a telephone.
    static let narrow = Size(width: 330, height: 340)
  }

  private struct Line: Equatable {
    let text: String
    var isSize = false
  }

  /// The mean width of a letter, the height of a line and what stays free beside the words.
  private static let letter = 7.1
  private static let line = 15
  private static let margin = 12.0
  private static let leastLetters = 5
  private static let mostNameLines = 3

  private let block: TreemapChart.Block
  private let place: Treemap.Rectangle

  init(_ block: TreemapChart.Block, _ place: Treemap.Rectangle) {
    self.block = block
    self.place = place
  }

  /// One label for all pages, or one for wide and one for narrow ones, of which the style shows one.
  var html: HTML {
    let wide = lines(in: .wide)
    let narrow = lines(in: .narrow)
    guard wide != narrow else { return label(wide, "") }
    return label(wide, " wide") + label(narrow, " narrow")
  }

  private func label(_ lines: [Line], _ kind: String) -> HTML {
    guard !lines.isEmpty else { return .nothing }
    let texts = lines.enumerated().map { index, line -> HTML in
      let kind: HTML = line.isSize ? " class=\"size\"" : .nothing
      return "<text\(kind) x=\"6\" y=\"\(16 + index * Self.line)\">\(line.text)</text>"
    }
    return """
      <svg class="label\(kind)\(isOnDense ? " on-dense" : "")" aria-hidden="true" \
      \(TreemapChart.position(place))>\(texts)</svg>\n
      """
  }

  /// The lines that fit; none where there is no room.
  private func lines(in size: Size) -> [Line] {
    let width = Double(place.width) / Double(TreemapChart.grid) * size.width
    let height = Double(place.height) / Double(TreemapChart.grid) * size.height
    let letters = Int((width - Self.margin) / Self.letter)
    let room = Int(height - 6) / Self.line
    guard room > 0, letters >= max(1, min(Self.leastLetters, block.layer.count)) else { return [] }
    let bytes = ByteSize(block.bytes).description
    let figures = room > 1 ? [sparsity.map { "\(bytes), \($0)" }, bytes] : []
    let shown = figures.compactMap { $0 }.first { $0.count <= letters }
    let most = min(Self.mostNameLines, shown == nil ? room : room - 1)
    return Self.wrapped(name, letters: letters, most: most).map { Line(text: $0) }
      + [shown].compactMap { $0 }.map { Line(text: $0, isSize: true) }
  }

  /// The layer's name without the operator that exporters end it with.
  private var name: Substring {
    let suffix = "/" + block.operatorType
    let name = block.layer.hasSuffix(suffix) ? block.layer.dropLast(suffix.count) : block.layer[...]
    return name.isEmpty ? block.layer[...] : name.drop { $0 == "/" }
  }

  /// The last parts of a path in a few lines: they say more than the first, which layers share.
  private static func wrapped(_ name: Substring, letters: Int, most: Int) -> [String] {
    var lines: [String] = []
    var parts = name.split(separator: "/", omittingEmptySubsequences: false)
    while let part = parts.popLast() {
      if let line = lines.first, line.count + part.count + 1 <= letters {
        lines[0] = "\(part)/\(line)"
        continue
      }
      guard lines.count < most else {
        lines[0] = "…" + lines[0].suffix(letters - 1)
        return lines
      }
      lines.insert(part.count <= letters ? String(part) : "…" + part.suffix(letters - 1), at: 0)
    }
    return lines
  }

  private var sparsity: String? {
    guard let share = block.tiles.first?.sparsity, share >= 0.005 else { return nil }
    return "\(share.percentText) zero"
  }

  /// The words stand on the first and largest tile.
  private var isOnDense: Bool { block.tiles.first?.sparsity.map { $0 < 0.35 } ?? false }
}

/// The words on a layer of a treemap, where they have room.
struct TreemapLabel {
  /// The drawing on a wide page, and on a telephone, in CSS pixels: labels are cut to fit there.
  private static let wide = (width: 1080.0, height: 500.0)
  private static let narrow = (width: 340.0, height: 340.0)
  /// The mean width of a letter, the height of a line and what stays free beside the words.
  private static let letter = 7.1
  private static let line = 15.0
  private static let margin = 12.0
  private static let leastLetters = 5
  private static let mostNameLines = 3

  private let block: TreemapChart.Block
  private let place: Treemap.Rectangle

  init(_ block: TreemapChart.Block, _ place: Treemap.Rectangle) {
    self.block = block
    self.place = place
  }

  var html: HTML {
    guard let (lines, isNarrow) = text() else { return .nothing }
    let classes = ["label", isNarrow ? nil : "wide", isOnDense ? "on-dense" : nil]
    let texts = lines.enumerated().map { index, line -> HTML in
      let kind: HTML = line.isSize ? " class=\"size\"" : .nothing
      return "<text\(kind) x=\"6\" y=\"\(16 + index * Int(Self.line))\">\(line.text)</text>"
    }
    return """
      <svg class="\(classes.compactMap { $0 }.joined(separator: " "))" aria-hidden="true" \
      \(TreemapChart.position(place))>\(texts)</svg>\n
      """
  }

  private struct Line {
    let text: String
    var isSize = false
  }

  /// The lines that fit, and whether they fit on a telephone, too.
  private func text() -> (lines: [Line], isNarrow: Bool)? {
    let letters = Int((width(Self.wide.width) - Self.margin) / Self.letter)
    let room = Int((height(Self.wide.height) - 6) / Self.line)
    guard room > 0, letters >= max(1, min(Self.leastLetters, block.layer.count)) else { return nil }
    let size = [ByteSize(block.bytes).description, sparsity].compactMap { $0 }
      .joined(separator: ", ")
    let hasSize = room > 1 && size.count <= letters
    let most = min(Self.mostNameLines, hasSize ? room - 1 : room)
    let lines =
      Self.wrapped(name, letters: letters, most: most).map { Line(text: $0) }
      + (hasSize ? [Line(text: size, isSize: true)] : [])
    let longest = lines.map { Double($0.text.count) }.max() ?? 0
    let isNarrow =
      longest * Self.letter + Self.margin <= width(Self.narrow.width)
      && height(Self.narrow.height) >= Double(lines.count) * Self.line + 6
    return (lines, isNarrow)
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
    var parts = name.split(separator: "/", omittingEmptySubsequences: false)[...]
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

  private func width(_ whole: Double) -> Double { Double(place.width) / 1e6 * whole }
  private func height(_ whole: Double) -> Double { Double(place.height) / 1e6 * whole }
}

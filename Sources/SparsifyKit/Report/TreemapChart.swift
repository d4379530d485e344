/// The tensors of a model as rectangles: area is bytes, colour is sparsity, layers hang together.
struct TreemapChart {
  /// Tensors beyond these, the smallest ones, are drawn together.
  static let mostTensors = 500

  /// One rectangle: a tensor, or several small ones.
  struct Tile: Equatable {
    var name: String
    var detail: String
    var bytes: Int
    var sparsity: Double?
    var isRest = false
  }

  /// The tiles of one layer, largest first.
  struct Block: Equatable {
    var layer: String
    var operatorType: String
    var tiles: [Tile]

    var bytes: Int { tiles.reduce(0) { $0 + $1.bytes } }
  }

  /// The layers, largest first, those too small for a place of their own at the end.
  let blocks: [Block]

  init(_ report: ModelReport) {
    let order = report.tensors.indices.filter { report.tensors[$0].bytes > 0 }.sorted {
      (report.tensors[$1].bytes, $0) < (report.tensors[$0].bytes, $1)
    }
    let drawn = order.prefix(Self.mostTensors).map { report.tensors[$0] }
    let folded = order.dropFirst(Self.mostTensors).map { report.tensors[$0] }
    var tiles = Dictionary(grouping: drawn, by: \.layer).mapValues { $0.map(Tile.init) }
    var rest: [ModelReport.TensorRow] = []
    for (layer, tensors) in Dictionary(grouping: folded, by: \.layer) {
      if tiles[layer] == nil {
        rest += tensors
      } else {
        tiles[layer]?.append(Tile(rest: tensors))
      }
    }
    let operators = Dictionary(drawn.map { ($0.layer, $0.operatorType) }) { first, _ in first }
    let known = tiles.map {
      Block(layer: $0.key, operatorType: operators[$0.key] ?? "", tiles: $0.value)
    }
    .sorted { ($1.bytes, $0.layer) < ($0.bytes, $1.layer) }
    let others = Block(layer: "others", operatorType: "", tiles: [Tile(rest: rest)])
    blocks = known + (rest.isEmpty ? [] : [others])
  }

  var html: HTML {
    let frame = Treemap.Rectangle(left: 0, top: 0, right: Self.grid, bottom: Self.grid)
    let places = Treemap.layout(blocks.map(\.bytes), in: frame, aspect: Self.aspect)
    let parts = zip(blocks, places).map { Self.draw($0, in: $1) }
    return """
      <svg class="treemap" role="img" aria-label="Treemap of \(blocks.count) layers by bytes; \
      the table of layers below has the same figures">
      \(parts.map(\.tiles))\(parts.map(\.label))</svg>\n\(Self.legend)
      """
  }

  /// Positions are shares of the width and height, so that a narrow page shows the same areas.
  static let grid = 1_000_000
  /// Of the drawing on a wide page.
  private static let aspect = 2.15

  private static func draw(
    _ block: Block, in place: Treemap.Rectangle
  ) -> (tiles: HTML, label: HTML) {
    let places = Treemap.layout(block.tiles.map(\.bytes), in: place, aspect: aspect)
    // Lines around what is hardly larger than a line would hide it.
    let isFine = min(place.width * 2, place.height) < grid / 50
    let tiles = zip(block.tiles, places).map { tile, place -> HTML in
      let lines = [block.layer, tile.name, tile.detail, tile.sparsityText].compactMap { $0 }
      return """
        <rect class="tensor \(tile.colour)\(isFine ? " fine" : "")" \(position(place))><title>\
        \(lines.joined(separator: "\n"))</title></rect>\n
        """
    }
    let outline: HTML = isFine ? .nothing : "<rect class=\"layer\" \(position(place))/>\n"
    return (HTML(tiles) + outline, TreemapLabel(block, place).html)
  }

  static func position(_ place: Treemap.Rectangle) -> HTML {
    """
    x="\(percent(place.left))" y="\(percent(place.top))" width="\(percent(place.width))" \
    height="\(percent(place.height))"
    """
  }

  /// A share of the grid with four decimals, which is exact.
  private static func percent(_ units: Int) -> String {
    (Double(units) * 100 / Double(grid)).fixed(4) + "%"
  }

  private static var legend: HTML {
    let steps = (0...10).map { step -> HTML in
      "<rect class=\"s\(step)\" x=\"\(step * 16)\" width=\"16\" height=\"12\"/>"
    }
    return """
      <div class="legend"><span>sparsity 0 % <svg class="scale" viewBox="0 0 176 12" \
      preserveAspectRatio="none" role="img" aria-label="scale from dense to all zero">\(steps)</svg> 100 %</span>
      <span><svg viewBox="0 0 16 12" aria-hidden="true"><rect class="unknown" width="16" \
      height="12"/></svg> not counted</span></div>
      """
  }
}

extension TreemapChart.Tile {
  fileprivate init(_ tensor: ModelReport.TensorRow) {
    let shape =
      tensor.shape.isEmpty ? "scalar" : tensor.shape.map(String.init).joined(separator: "×")
    self.init(
      name: tensor.name, detail: "\(tensor.elementType) \(shape), \(ByteSize(tensor.bytes))",
      bytes: tensor.bytes, sparsity: tensor.sparsity)
  }

  fileprivate init(rest: [ModelReport.TensorRow]) {
    let bytes = rest.reduce(0) { $0 + $1.bytes }
    let zeros = rest.reduce(Optional(0)) { sum, tensor in
      tensor.zeros.flatMap { zeros in sum.map { $0 + zeros } }
    }
    let elements = rest.reduce(0) { $0 + $1.elements }
    self.init(
      name: "\(rest.count) small tensors", detail: "\(ByteSize(bytes))", bytes: bytes,
      sparsity: zeros.map { Double($0) / Double(max(elements, 1)) }, isRest: true)
  }

  /// The class of the tenth that the sparsity is nearest to.
  fileprivate var colour: String {
    sparsity.map { "s\(Int((min(max($0, 0), 1) * 10).rounded()))" } ?? "unknown"
  }

  fileprivate var sparsityText: String? { sparsity.map { "\($0.percentText) zero" } }
}

extension HTML {
  static func + (left: HTML, right: HTML) -> HTML { HTML([left, right]) }
}

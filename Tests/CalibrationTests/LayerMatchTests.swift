import ByteStorage
import ModelGraph
import Testing

@testable import Calibration

@Suite struct LayerMatchTests {
  /// A layer over vectors whose weights stand row after row, or column after column.
  private func layer(rows: Int, columns: Int, groups: Int = 1, isTransposed: Bool = false)
    -> LinearLayer
  {
    LinearLayer(
      node: 0, name: "", tensor: TensorID(0), input: "x", output: "y", form: .vectors,
      groups: groups, rows: rows, columns: columns, rowStride: isTransposed ? 1 : columns,
      columnStride: isTransposed ? rows : 1, bias: .none)
  }

  @Test("Outputs that are left are those whose places along their own axis are left")
  func rows() {
    let masks: [[Bool]?] = [[true, false, true, true], [false, true, true]]
    #expect(layer(rows: 4, columns: 3).keptRows([4, 3], masks) == [0, 2, 3])
    let transposed = layer(rows: 3, columns: 4, isTransposed: true)
    #expect(transposed.keptRows([4, 3], masks) == [1, 2])
    #expect(
      layer(rows: 4, columns: 3).keptRows([4, 3], [nil, [false, true, true]]) == [0, 1, 2, 3])
    #expect(layer(rows: 4, columns: 3).keptRows([4, 3], []) == [0, 1, 2, 3])
  }

  @Test("Outputs over two axes need both places")
  func heads() {
    let masks: [[Bool]?] = [nil, [true, false], [false, true, true]]
    let kept = layer(rows: 6, columns: 4, isTransposed: true).keptRows([4, 2, 3], masks)
    #expect(kept == [1, 2])
  }

  @Test("Inputs of a channel are its taps, wherever its axis stands")
  func columns() {
    let channels: [Int?] = [1, nil, 0]
    let kernel = layer(rows: 2, columns: 6).columns(
      ofChannels: channels, count: 2, axis: 1, [2, 3, 2])
    #expect(kernel == [[4, 5], [0, 1]])
    let product = layer(rows: 2, columns: 3, isTransposed: true).columns(
      ofChannels: channels, count: 2, axis: 0, [3, 2])
    #expect(product == [[2], [0]])
  }

  @Test("A group of a depthwise layer comes from the group that is left")
  func groups() throws {
    let dense = layer(rows: 1, columns: 9, groups: 4)
    let match = try #require(
      LayerMatch(
        dense: dense, pruned: layer(rows: 1, columns: 9, groups: 2), shape: [4, 1, 9],
        kept: [[false, true, false, true], nil, nil]))
    #expect(match.groups.map(\.dense) == [1, 3] && match.groups.map(\.rows) == [[0], [0]])
    #expect(match.denseOutputs(ofGroup: 1) == [3])
    #expect(match.isCut && match.hasFewerInputs)
  }

  @Test("Without losses a layer matches itself, and others do not")
  func identity() {
    let own = layer(rows: 2, columns: 3, groups: 2)
    #expect(!LayerMatch(own).isCut && LayerMatch(own).denseOutputs(ofGroup: 1) == [2, 3])
    let other = layer(rows: 3, columns: 3)
    #expect(LayerMatch(dense: own, pruned: other, shape: [4, 3], kept: []) == nil)
    // A group made of outputs of two groups is none.
    let mixed = LayerMatch(
      dense: layer(rows: 3, columns: 3, groups: 2), pruned: layer(rows: 2, columns: 3, groups: 2),
      shape: [6, 3], kept: [[true, true, true, true, false, false], nil])
    #expect(mixed == nil)
  }
}

import ModelGraph
import Testing

@testable import StructuredPruning

@Suite struct RandomLayoutTests {
  private let node = NodeID(graph: .main, index: 0)

  @Test(arguments: 0..<2000)
  func equatedAxesLoseTheSamePositions(seed: Int) {
    var numbers = SeededNumbers(state: UInt64(seed))
    var table = DimensionTable()
    var known: [AxisLayout] = []
    for _ in 0..<6 {
      let size = [2, 3, 4, 6, 8, 12, 24].randomElement(using: &numbers) ?? 2
      let left = table.randomAxis(size, known: known, using: &numbers)
      let right = table.randomAxis(size, known: known, using: &numbers)
      table.equate(left, right, at: node)
      known += [left, right]
      for (a, b) in stride(from: 0, to: known.count, by: 2).map({ (known[$0], known[$0 + 1]) }) {
        #expect(table.size(a) == table.size(table.resolved(a)))
        #expect(table.freeCoordinates(of: a) == table.freeCoordinates(of: b))
      }
    }
  }

  @Test(arguments: 0..<500)
  func aCutLosesNoPosition(seed: Int) {
    var numbers = SeededNumbers(state: UInt64(seed))
    var table = DimensionTable()
    let size = Int.random(in: 2...24, using: &numbers)
    let axis = table.randomAxis(size, known: [], using: &numbers)
    let position = Int.random(in: 0...size, using: &numbers)
    guard let (head, tail) = table.cut(axis, at: position) else { return }
    #expect(table.size(head) == position)
    #expect(
      table.freeCoordinates(of: head) + table.freeCoordinates(of: tail)
        == table.freeCoordinates(of: axis))
  }

  @Test(arguments: 0..<300)
  func aMaskKeepsThePositionsWhoseIndicesAllStay(seed: Int) {
    var numbers = SeededNumbers(state: UInt64(seed))
    var table = DimensionTable()
    let axis = table.randomAxis(24, known: [], using: &numbers)
    var kept = KeptIndices()
    for id in Set(table.resolved(axis).dimensions).sorted() where Bool.random(using: &numbers) {
      kept.masks[id] = (0..<table[id].size).map { _ in Bool.random(using: &numbers) }
    }
    let wanted = table.coordinates(of: axis).map { position in
      position.allSatisfy { kept.masks[$0.dimension]?[$0.index] ?? true }
    }
    #expect((table.mask(of: axis, kept) ?? Array(repeating: true, count: 24)) == wanted)
    let size = table.size(of: axis) { kept.count($0, of: table[$0].size) }
    #expect(size == wanted.count { $0 })
    for position in 0...24 {
      let count = table.keptCount(of: axis, below: position, kept)
      #expect(count == wanted.prefix(position).count { $0 })
    }
  }

  @Test(arguments: 0..<300)
  func occurrencesAreThePositionsOfEachIndex(seed: Int) {
    var numbers = SeededNumbers(state: UInt64(seed))
    var table = DimensionTable()
    let known = [table.makeAxis(6), table.makeAxis(4)]
    let axis = table.randomAxis(24, known: known, using: &numbers)
    var found: [Set<Coordinate>] = Array(repeating: [], count: 24)
    for (id, places) in table.occurrences(in: axis) {
      for (position, index) in places {
        found[position].insert(Coordinate(dimension: id, index: index))
      }
    }
    #expect(found == table.coordinates(of: axis))
  }
}

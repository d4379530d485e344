import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct TreemapTests {
  private static let frame = Treemap.Rectangle(left: 0, top: 0, right: 1_000_000, bottom: 1_000_000)

  private func area(_ rectangle: Treemap.Rectangle) -> Double {
    Double(rectangle.width) * Double(rectangle.height)
  }

  /// Every unit square of a small frame belongs to exactly one rectangle.
  private func tiles(_ rectangles: [Treemap.Rectangle], _ frame: Treemap.Rectangle) -> Bool {
    var owners = Array(repeating: 0, count: frame.width * frame.height)
    for rectangle in rectangles {
      for y in rectangle.top..<rectangle.bottom {
        for x in rectangle.left..<rectangle.right {
          owners[(y - frame.top) * frame.width + x - frame.left] += 1
        }
      }
    }
    return owners.allSatisfy { $0 == 1 }
  }

  @Test("Rectangles tile a frame exactly, whatever the weights", arguments: 0..<200)
  func tiling(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let frame = Treemap.Rectangle(
      left: 3, top: 5, right: 3 + Int.random(in: 1...40, using: &random),
      bottom: 5 + Int.random(in: 1...40, using: &random))
    let count = Int.random(in: 1...30, using: &random)
    let largest = [1, 3, 1000, 1 << 40].randomElement(using: &random) ?? 1
    var weights = (0..<count).map { _ in Int.random(in: 0...largest, using: &random) }
    if seed % 2 == 0 { weights.sort(by: >) }
    let aspect = Double.random(in: 0.2...5, using: &random)
    let rectangles = Treemap.layout(weights, in: frame, aspect: aspect)
    #expect(rectangles.count == weights.count)
    #expect(rectangles.allSatisfy { $0.width >= 0 && $0.height >= 0 })
    #expect(tiles(rectangles, frame), "\(weights) in \(frame)")
    #expect(rectangles == Treemap.layout(weights, in: frame, aspect: aspect))
  }

  @Test("Areas are proportional to weights within the rounding of edges", arguments: 0..<50)
  func proportions(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = Int.random(in: 1...300, using: &random)
    let weights = (0..<count).map { _ in Int.random(in: 1...1_000_000, using: &random) }
      .sorted(by: >)
    let rectangles = Treemap.layout(weights, in: Self.frame, aspect: 2)
    let total = Double(weights.reduce(0, +))
    var sum = 0.0
    for (weight, rectangle) in zip(weights, rectangles) {
      let wanted = Double(weight) / total * area(Self.frame)
      // Every edge is rounded once, and what is left over goes to the last strip.
      let rounding = Double(rectangle.width + rectangle.height) * 2 + 4
      #expect(abs(area(rectangle) - wanted) <= rounding + wanted * 1e-3)
      sum += area(rectangle)
    }
    #expect(sum == area(Self.frame))
  }

  @Test("Equal weights become squares, and shapes stay close to them")
  func shapes() {
    let four = Treemap.layout([1, 1, 1, 1], in: Self.frame)
    #expect(four.allSatisfy { $0.width == 500_000 && $0.height == 500_000 })
    let weights = (1...60).map { 61 - $0 }
    for rectangle in Treemap.layout(weights, in: Self.frame, aspect: 2.15) {
      let ratio = Double(rectangle.width) * 2.15 / Double(rectangle.height)
      #expect(max(ratio, 1 / ratio) < 4)
    }
    // The example of the paper: rectangles of 6 by 4 in the order 6, 6, 4, 3, 2, 2, 1.
    let paper = Treemap.Rectangle(left: 0, top: 0, right: 600, bottom: 400)
    let first = Treemap.layout([6, 6, 4, 3, 2, 2, 1], in: paper)
    #expect(first[0] == Treemap.Rectangle(left: 0, top: 0, right: 300, bottom: 200))
    #expect(first[1] == Treemap.Rectangle(left: 0, top: 200, right: 300, bottom: 400))
  }

  @Test("Nothing, zeros and a single weight are laid out, too")
  func edges() {
    #expect(Treemap.layout([], in: Self.frame).isEmpty)
    #expect(Treemap.layout([7], in: Self.frame) == [Self.frame])
    let zeros = Treemap.layout([0, 0, 0], in: Self.frame)
    #expect(zeros.reduce(0) { $0 + area($1) } == area(Self.frame))
    let huge = Treemap.layout([.max, .max, 1], in: Self.frame)
    #expect(huge.reduce(0) { $0 + area($1) } == area(Self.frame))
  }
}

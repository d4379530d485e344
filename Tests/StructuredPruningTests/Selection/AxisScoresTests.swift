import ByteStorage
import ModelGraph
import Pruning
import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct AxisScoresTests {
  private static let shapes: [[Int]] = (1...4).flatMap { rank in
    (0..<Int(81)).filter { $0 < [3, 9, 27, 81][rank - 1] }.map { number in
      (0..<rank).map { [1, 2, 5][number / [1, 3, 9, 27][$0] % 3] }
    }
  }

  @Test func sumsAreThoseOfAPlainLoopForAllSmallShapesAxesAndCuts() {
    for shape in Self.shapes {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { Float(($0 * 7) % 13 - 6) }
      for subset in 1..<1 << shape.count {
        let axes = shape.indices.filter { subset >> $0 & 1 == 1 }
        let reduction = AxisReduction(shape, to: axes)
        let expected = axes.map { naiveSums(shape, $0, values) }
        for cut in Set([0, 1, count / 2, count - 1]) {
          var sums = PositionSums(count: reduction.count)
          values.withUnsafeBufferPointer {
            reduction.add(UnsafeBufferPointer(rebasing: $0[..<cut]), from: 0, to: &sums)
            reduction.add(UnsafeBufferPointer(rebasing: $0[cut...]), from: cut, to: &sums)
          }
          #expect(reduction.axes.map { sums.part($0).magnitudes } == expected.map(\.0))
          #expect(reduction.axes.map { sums.part($0).squares } == expected.map(\.1))
        }
      }
    }
  }

  private func naiveSums(_ shape: [Int], _ axis: Int, _ values: [Float]) -> ([Double], [Double]) {
    var (first, second) = (Array(repeating: 0.0, count: shape[axis]), [Double]())
    second = first
    for (index, value) in values.enumerated() {
      let position = index / shape[(axis + 1)...].reduce(1, *) % shape[axis]
      first[position] += Double(abs(value))
      second[position] += Double(value * value)
    }
    return (first, second)
  }

  @Test func distancesAreThoseOfAPlainLoop() throws {
    for shape in Self.shapes where shape.count < 4 {
      var maker = LayoutMaker()
      let layouts = shape.map { AxisLayout.fixed($0) }
      let values = maker.numbers(layouts, seed: 4)
      try maker.add(layouts, values)
      let weight = WeightStream(TensorID(0), of: maker.layouts.model, quantization: nil)
      for (index, axis) in AxisReduction(shape, to: Array(shape.indices)).axes.enumerated() {
        let found = try FilterDistances(of: weight, along: axis, ValueBuffer()).distances
        let filters = (0..<shape[index]).map { position in
          values.indices.filter { $0 / axis.stride % axis.length == position }.map {
            Double(values[$0])
          }
        }
        for (position, filter) in filters.enumerated() {
          var expected = 0.0
          for (place, value) in filter.enumerated() {
            let mean = filters.reduce(0) { $0 + $1[place] } / Double(filters.count)
            expected += (value - mean) * (value - mean)
          }
          #expect(abs(found[position] - expected) < 1e-9)
        }
      }
    }
  }

  @Test func scoresDoNotDependOnThreads() throws {
    var maker = LayoutMaker()
    let axes = [maker.axis(37), maker.axis(11), .fixed(3)]
    for seed in 0..<5 { try maker.add(axes, maker.numbers(axes, seed: UInt64(seed))) }
    let places = Set(
      (0..<5).flatMap { tensor in
        (0..<2).map { TensorAxis(tensor: TensorID(tensor), axis: $0) }
      })
    let all = try [1, 2, 3].map { threads in
      try AxisScores(
        of: places, in: maker.layouts.model, [:], measuring: [.sums, .distances],
        threads: threads, stretchSize: 64)
    }
    #expect(all[0].sums.count == 10)
    for other in all {
      #expect(other.sums.mapValues(\.magnitudes) == all[0].sums.mapValues(\.magnitudes))
      #expect(other.sums.mapValues(\.squares) == all[0].sums.mapValues(\.squares))
      #expect(other.distances == all[0].distances)
    }
  }

  @Test func everyElementTypeIsReadWithItsSign() throws {
    let cases: [(ElementType, [UInt8], [Float])] = [
      (.float16, [0, 0x3C, 0, 0xC0], [1, -2]), (.bfloat16, [0x80, 0x3F, 0, 0xC0], [1, -2]),
      (.float64, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], [1, -2]),
      (.float8E4M3FN, [0x38, 0xC0], [1, -2]), (.float8E5M2, [0x3C, 0xC0], [1, -2]),
      (.float4E2M1, [0xC2], [1, -2]),
      (.float6E2M3, [0x08 | 0x30 << 6 & 0xFF, 0x30 >> 2], [1, -2]),
      (.int8, [1, 0xFE], [1, -2]), (.uint8, [1, 2], [1, 2]), (.int4, [0xE1], [1, -2]),
      (.int32, [1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF], [1, -2]),
    ]
    for (type, bytes, expected) in cases {
      var maker = LayoutMaker()
      try maker.add([.fixed(2)], type, bytes)
      let weight = WeightStream(TensorID(0), of: maker.layouts.model, quantization: nil)
      try ValueBuffer().withValues(of: 0..<2, in: weight) {
        #expect(Array($0) == expected, "\(type)")
      }
      try ValueBuffer().withValues(of: 1..<2, in: weight) {
        #expect(Array($0) == [expected[1]], "\(type)")
      }
    }
  }

  @Test func quantisedWeightsAreJudgedByWhatTheyStandFor() throws {
    var maker = LayoutMaker()
    try maker.add([.fixed(2), .fixed(2)], .uint8, [3, 5, 4, 4])
    let values = QuantizationValues(
      spread: .axis(StridedAxis(length: 2, stride: 2)), scales: [0.5, 2], zeroPoints: [4, 3])
    let weight = WeightStream(TensorID(0), of: maker.layouts.model, quantization: values)
    try ValueBuffer().withValues(of: 0..<4, in: weight) {
      #expect(Array($0) == [-0.5, 0.5, 2, 2])
    }
  }

  @Test func contentsThatDoNotFitTheShapeAreLeftOut() throws {
    var maker = LayoutMaker()
    try maker.add([.fixed(4)], .float32, [0, 0, 0])
    let scores = try AxisScores(
      of: [TensorAxis(tensor: TensorID(0), axis: 0)], in: maker.layouts.model, [:],
      measuring: [.sums], threads: 1)
    #expect(scores.sums.isEmpty)
  }
}

import ByteStorage
import ModelGraph
import Testing

@testable import Inference

@Suite struct NumericArrayTests {
  private func array(_ type: ElementType, _ bytes: [UInt8], _ dimensions: [Int]) -> NumericArray? {
    Shape(dimensions).flatMap { NumericArray(elementType: type, shape: $0, contents: bytes) }
  }

  @Test("Bytes that do not fit the shape make no array")
  func fitting() {
    #expect(array(.float32, [0, 0, 0, 0], [2]) == nil)
    #expect(array(.string, [], [0]) == nil)
    #expect(array(.float32, [0, 0, 0, 0], [1]) != nil)
  }

  @Test("Numbers of every type are read as they are meant")
  func numbers() {
    #expect(array(.float16, [0x00, 0xC0], [1])?.doubles() == [-2])
    #expect(array(.bfloat16, [0xC0, 0x3F], [1])?.doubles() == [1.5])
    #expect(array(.float64, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F], [1])?.doubles() == [1])
    #expect(array(.int8, [0xFF], [1])?.doubles() == [-1])
    #expect(array(.uint16, [0xFF, 0xFF], [1])?.doubles() == [65535])
    #expect(array(.bool, [1, 0], [2])?.doubles() == [1, 0])
    #expect(array(.float8E5M2, [1], [1])?.doubles() == nil)
    #expect(array(.float16, [0, 0], [1])?.integers() == nil)
  }

  @Test("Floats are the same whether they are copied or not, of every type")
  func floats() throws {
    let singles = try #require(NumericArray([1.5, -2, .infinity], dimensions: [3]))
    let halves = try #require(array(.float16, [0x00, 0xC0, 0x00, 0x3C], [2]))
    for array in [singles, try #require(singles.rows(1..<3)), halves] {
      #expect(array.withFloats { Array($0) } == array.floats())
    }
    #expect(array(.float8E5M2, [1], [1])?.withFloats { $0.count } == nil)
    #expect(array(.float32, [], [0])?.withFloats { $0.count } == 0)
  }

  @Test("Rows are a part of the first axis")
  func rows() throws {
    let matrix = try #require(NumericArray([1, 2, 3, 4, 5, 6], dimensions: [3, 2]))
    #expect(matrix.rows(1..<3)?.doubles() == [3, 4, 5, 6])
    #expect(matrix.rows(1..<3)?.shape.dimensions == [2, 2])
    #expect(matrix.rows(2..<4) == nil)
    #expect(matrix.rows(3..<3)?.contents.isEmpty == true)
    #expect(NumericArray([1], dimensions: [])?.rows(0..<1) == nil)
    #expect(matrix.reshaped(to: [6])?.doubles() == matrix.doubles())
    #expect(matrix.reshaped(to: [5]) == nil)
  }
}

@Suite struct RandomInputsTests {
  private let inputs = [
    ModelValue(name: "x", elementType: .float32, dimensions: [.symbolic("n"), .fixed(500)]),
    ModelValue(name: "ids", elementType: .int64, dimensions: [.unknown]),
  ]

  @Test("The numbers are those of SplitMix64, sample after sample")
  func numbers() throws {
    let random = try RandomInputs(for: inputs, seed: 42)
    var generator = Reference(state: 42)
    for sample in 0..<3 {
      let arrays = random.sample(sample)
      let expected = (0..<500).map { _ in Double(Float(generator.normal())) }
      #expect(arrays["x"]?.doubles() == expected)
      #expect(arrays["x"]?.shape.dimensions == [1, 500])
      #expect(arrays["ids"]?.integers() == [Int(generator.next() >> 63)])
    }
  }

  @Test("They look normal: mean 0, variance 1, within three and a half")
  func moments() throws {
    let values = try #require(
      try RandomInputs(for: inputs, shapes: ["x": [40, 500]], seed: 1).sample(0)["x"]?.doubles())
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(mean.magnitude < 0.03)
    #expect((variance - 1).magnitude < 0.03)
    #expect(values.allSatisfy { $0.magnitude < 3.5 })
  }

  @Test("Shapes that are asked for count; too many elements and texts are refused")
  func shapes() throws {
    let random = try RandomInputs(for: inputs, shapes: ["ids": [2, 3]], seed: 0)
    #expect(random.sample(0)["ids"]?.shape.dimensions == [2, 3])
    #expect(throws: InferenceError.self) {
      _ = try RandomInputs(for: inputs, shapes: ["x": [1 << 40]], seed: 0)
    }
    let text = ModelValue(name: "t", elementType: .string, dimensions: [])
    #expect(throws: InferenceError.self) { _ = try RandomInputs(for: [text], seed: 0) }
  }

  /// SplitMix64 as its authors wrote it.
  private struct Reference {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }

    mutating func normal() -> Double {
      let number = next()
      let parts = [0, 16, 32, 48].map { Double(number >> $0 & 0xFFFF) }
      return (parts.reduce(0, +) - 131_070) * (3.0.squareRoot() / 65536)
    }
  }
}

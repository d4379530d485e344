import ByteStorage
import Inference
import LinearAlgebra
import ModelGraph
import Testing

@testable import Calibration

@Suite struct StoreTests {
  private func array(_ value: Float) throws -> NumericArray {
    try #require(NumericArray([value, value + 0.5], dimensions: [1, 2]))
  }

  @Test(
    "What passes a stage is read from where it was stored, after its store is gone",
    arguments: [0, 20, 1 << 20])
  func passing(mostHeld: Int) throws {
    var stores = [try ActivationStore(mostHeld: mostHeld)]
    for chunk in 0..<3 {
      try stores[0].append(["x": array(Float(chunk)), "gone": array(9), "y": array(-1)])
    }
    let next = try ActivationStore(mostHeld: mostHeld)
    for chunk in 0..<3 {
      try next.append(
        ["y": array(Float(10 + chunk))], and: ["x", "y", "unknown"], of: stores[0])
    }
    stores = []
    #expect(next.chunkCount == 3)
    for chunk in 0..<3 {
      #expect(try next.value("x", ofChunk: chunk) == array(Float(chunk)))
      #expect(try next.value("y", ofChunk: chunk) == array(Float(10 + chunk)))
      #expect(try next.value("gone", ofChunk: chunk) == nil)
      #expect(try next.value("unknown", ofChunk: chunk) == nil)
    }
    #expect(next.elementType(of: "x") == .float32)
  }

  @Test(
    "Samples come back as they were, from memory and from the file", arguments: [0, 200, 1 << 20])
  func samples(mostHeld: Int) throws {
    let store = try SampleStore(mostHeld: mostHeld)
    let matrices = (1...5).map { rows in
      Matrix(rows: rows, columns: 3, (0..<3 * rows).map { Double($0) / 7 - Double(rows) })
    }
    for (group, matrix) in matrices.enumerated() {
      try store.append(
        .init(
          group: group % 2, inputs: matrix, wanted: matrix.transposed,
          stream: group == 2 ? nil : matrix))
    }
    var place = 0
    try store.forEach { samples in
      #expect(samples.group == place % 2)
      #expect(samples.inputs == matrices[place])
      #expect(samples.wanted == matrices[place].transposed)
      #expect(samples.stream == (place == 2 ? nil : matrices[place]))
      place += 1
    }
    #expect(place == 5)
  }
}

import ByteStorage
import Calibration
import Inference
import ModelGraph
import Testing

@testable import SparsifyKit

@Suite struct StatisticsFileTests {
  private func sample() throws -> CalibrationStatistics {
    let groups = try (0..<2).map { group in
      try #require(
        CalibrationStatistics.Group(
          count: 3 + group, sums: [0.5, -1], products: [1, 0.25, Double(2 + group)]))
    }
    let other = try #require(CalibrationStatistics.Group(count: 7, sums: [], products: []))
    return CalibrationStatistics(
      sampleCount: 7,
      layers: [
        .init(tensor: "wéight/1", rows: 4, groups: groups),
        .init(tensor: "", rows: 0, groups: [other]),
      ])
  }

  private func bytes(_ statistics: CalibrationStatistics) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try StatisticsFile.write(statistics) { bytes += $0 }
    return bytes
  }

  private func read(_ bytes: [UInt8]) throws -> CalibrationStatistics {
    try StatisticsFile.read(ArrayFile(MemorySource(bytes), path: "s.spmstats"))
  }

  @Test("Statistics come back from their file")
  func roundTrip() throws {
    let statistics = try sample()
    let bytes = try bytes(statistics)
    #expect(try read(bytes) == statistics)
    #expect(StatisticsFile.isOne(try ArrayFile(MemorySource(bytes), path: "s")))
    let empty = CalibrationStatistics(sampleCount: 0, layers: [])
    #expect(try read(self.bytes(empty)) == empty)
  }

  @Test("Damage is told or does no harm: every bit flip, every cut")
  func damage() throws {
    let whole = try bytes(sample())
    for bit in 0..<whole.count * 8 {
      var flipped = whole
      flipped[bit / 8] ^= 1 << (bit % 8)
      do {
        _ = try read(flipped)
      } catch is any DiagnosticError {}
    }
    for count in 0..<whole.count {
      #expect(throws: (any Error).self) { try read(Array(whole[..<count])) }
    }
  }

  @Test(
    "Arrays that do not fit each other are told",
    arguments: [
      "spmstats", "samples", "0/tensor", "0/rows", "0/count", "0/sums", "0/products",
    ])
  func wrongArrays(name: String) throws {
    let file = try ArrayFile(MemorySource(bytes(sample())), path: "s")
    for wrong in try wrongArrays() {
      var bytes: [UInt8] = []
      var writer = ArrayArchiveWriter { bytes += $0 }
      for known in file.names {
        try writer.add(known == name ? wrong : file.array(named: known), named: known)
      }
      try writer.finish()
      // A name may be any bytes.
      if name == "0/tensor" {
        _ = try read(bytes)
      } else {
        #expect(throws: (any Error).self) { try read(bytes) }
      }
    }
  }

  /// Numbers of the wrong sign, shape or kind.
  private func wrongArrays() throws -> [NumericArray] {
    let negative = [UInt8](repeating: 0xFF, count: 8)
    let numbers: [Float] = [1, 2, 3]
    return try [
      NumericArray(elementType: .int64, shape: #require(Shape([1])), contents: negative),
      NumericArray(numbers, dimensions: [3]),
      NumericArray(numbers + numbers, dimensions: [2, 3]),
    ].map { try #require($0) }
  }
}

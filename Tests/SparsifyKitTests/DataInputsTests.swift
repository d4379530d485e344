import Inference
import ModelGraph
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct DataInputsTests {
  private let folder = TemporaryFolder()

  /// Samples 0, 1, 2 … of one element each, for an input of so many samples a run.
  private func inputs(_ count: Int, batch: Dimension) throws -> DataInputs {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count), 1), }"
    let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
    let path = folder.write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8)
        + (0..<count).map { UInt8($0) }, to: "x.npy")
    let input = ModelValue(name: "x", elementType: .uint8, dimensions: [batch, .fixed(1)])
    return try DataInputs(ArrayFile(path: path), for: [input], labels: nil, batch: 4)
  }

  private func samples(_ data: DataInputs) throws -> [[UInt8]] {
    try (0..<data.runCount).map { try data.inputs(ofRun: $0).arrays["x"]?.contents ?? [] }
  }

  @Test("Fewer samples are spread evenly")
  func limited() throws {
    let data = try inputs(20, batch: .unknown)
    #expect(try samples(data.limited(to: 5)) == [[0, 4, 8, 12], [16]])
    #expect(try samples(data.limited(to: 1)) == [[0]])
    #expect(data.limited(to: 20).sampleCount == 20)
    #expect(try samples(data.limited(to: 100)).joined().elementsEqual(0..<20))
  }

  @Test("A model that takes whole batches gets whole ones, one at least")
  func wholeBatches() throws {
    let data = try inputs(20, batch: .fixed(5))
    #expect(try samples(data.limited(to: 12)).map(\.count) == [5, 5])
    #expect(
      try samples(data.limited(to: 12)).joined().elementsEqual(stride(from: 0, to: 20, by: 2)))
    #expect(try samples(data.limited(to: 3)) == [[0, 4, 8, 12, 16]])
  }
}

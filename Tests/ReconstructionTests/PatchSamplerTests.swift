import LinearAlgebra
import Testing

@testable import Reconstruction

@Suite struct PatchSamplerTests {
  @Test("Weights times patches are the convolution, by its definition")
  func convolution() {
    var numbers = SampleNumbers(seed: 1)
    for (stride, dilation, padding) in [(1, 1, 1), (2, 1, 0), (1, 2, 2), (3, 2, 1)] {
      let (height, width, channels) = (9, 7, 3)
      let rows = (height + 2 * padding - dilation * 2 - 1) / stride + 1
      let columns = (width + 2 * padding - dilation * 1 - 1) / stride + 1
      let input = numbers.matrix(channels, height * width).values.map(Float.init)
      let weights = numbers.matrix(1, channels * 3 * 2)
      let sampler = PatchSampler(
        .init(
          kernel: [3, 2], strides: [stride, stride], dilations: [dilation, dilation],
          padding: [padding, padding]),
        inputSizes: [height, width], outputSizes: [rows, columns], seed: 0)
      let positions = sampler.positions(.max, ofSample: 0)
      var patches = Matrix(rows: positions.count, columns: channels * 6, repeating: .nan)
      input.withUnsafeBufferPointer { input in
        patches.values.withUnsafeMutableBufferPointer {
          sampler.copyPatches(of: input, channels: 0..<channels, at: positions, to: $0)
        }
      }
      let found = Matrix.product(.plain(patches), .transposed(weights))
      for row in 0..<rows {
        for column in 0..<columns {
          var expected = 0.0
          for channel in 0..<channels {
            for y in 0..<3 {
              for x in 0..<2 {
                let (top, left) = (
                  row * stride + y * dilation - padding, column * stride + x * dilation - padding
                )
                guard (0..<height).contains(top), (0..<width).contains(left) else { continue }
                let value = Double(input[(channel * height + top) * width + left])
                expected += weights[0, (channel * 3 + y) * 2 + x] * value
              }
            }
          }
          #expect(abs(found[row * columns + column, 0] - expected) < 1e-9)
        }
      }
    }
  }

  @Test("Positions are as many as asked for, in order, none twice, alike for the same sample")
  func positions() {
    let sampler = PatchSampler(
      .init(kernel: [1], strides: [1], dilations: [1], padding: [0]), inputSizes: [50],
      outputSizes: [50], seed: 3)
    var seen: [Int] = []
    for sample in 0..<400 {
      let positions = sampler.positions(10, ofSample: sample)
      #expect(positions == Set(positions).sorted() && positions.count == 10)
      #expect(positions.allSatisfy { (0..<50).contains($0) })
      #expect(positions == sampler.positions(10, ofSample: sample))
      seen += positions
    }
    // Each of 50 positions is drawn 80 times on average; five standard deviations are 40.
    for position in 0..<50 {
      let times = seen.count { $0 == position }
      #expect((40...120).contains(times))
    }
    #expect(sampler.positions(50, ofSample: 1) == Array(0..<50))
  }

  @Test("Outputs are taken at the same positions, channel after channel")
  func outputs() {
    let sampler = PatchSampler(
      .init(kernel: [1], strides: [1], dilations: [1], padding: [0]), inputSizes: [4],
      outputSizes: [4], seed: 3)
    let sample = (0..<12).map(Float.init)
    var found = [Double](repeating: .nan, count: 4)
    sample.withUnsafeBufferPointer { sample in
      found.withUnsafeMutableBufferPointer {
        sampler.copyOutputs(of: sample, channels: 1..<3, at: [0, 3], to: $0)
      }
    }
    #expect(found == [4, 8, 7, 11])
  }
}

import TestSupport
import Testing

@testable import SparseCoding

@Suite struct PlaneKernelTests {
  @Test(
    "Planes hold the bytes of rotated elements, and give them back", arguments: [1, 2, 4, 8, 16])
  func planes(width: Int) throws {
    let layout = try ElementLayout(width: width, kind: .opaque)
    for count in Array(0...40) + [1000] {
      let elements = sampleElements(count, width: width, zeros: 10, seed: UInt64(count))
      for rotation in width == 1 || width == 16 ? [0] : [0, 1] {
        let scratch = ScratchStack()
        let planes = (0..<width).map { _ in scratch.take(count) }
        elements.withUnsafeBytes {
          PlaneKernels.split(Elements($0, layout), rotation: rotation, into: planes)
        }
        for plane in 0..<width {
          let expected = (0..<count).map { index in
            let element = Array(elements[index * width..<(index + 1) * width])
            return rotated(element, rotation)[plane]
          }
          #expect(Array(planes[plane]) == expected, "\(count) elements, plane \(plane)")
        }
        var back = [UInt8](repeating: 0xA5, count: elements.count)
        back.withUnsafeMutableBytes {
          PlaneKernels.merge(
            planes.map { UnsafeRawBufferPointer($0) }, rotation: rotation, into: $0)
        }
        #expect(back == elements)
      }
    }
  }

  @Test("Zeros are counted in elements of every width", arguments: [1, 2, 4, 8, 16])
  func zeros(width: Int) throws {
    let word = try #require(elementWord(ofWidth: width))
    for count in Array(0...40) + [300, 5000] {
      for share in [0, 30, 100] {
        let elements = sampleElements(count, width: width, zeros: share, seed: UInt64(count))
        let expected = stride(from: 0, to: elements.count, by: width).count {
          elements[$0..<$0 + width].allSatisfy { $0 == 0 }
        }
        #expect(elements.withUnsafeBytes(word.zeroCount) == expected)
      }
    }
    let all = [UInt8](repeating: 0, count: width << 17)
    #expect(all.withUnsafeBytes(word.zeroCount) == 1 << 17)
  }

  /// Little-endian bytes, rotated left by up to seven bits.
  private func rotated(_ element: [UInt8], _ bits: Int) -> [UInt8] {
    element.indices.map { index in
      let below = element[(index + element.count - 1) % element.count]
      return bits == 0 ? element[index] : element[index] << UInt8(bits) | below >> UInt8(8 - bits)
    }
  }
}

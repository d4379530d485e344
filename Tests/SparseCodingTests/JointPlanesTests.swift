import TestSupport
import Testing

@testable import SparseCoding

@Suite struct JointPlanesTests {
  @Test("Bits are packed one after the other, the lowest first", arguments: 1...8)
  func packing(width: Int) {
    var random = SeededGenerator(seed: UInt64(width))
    for count in 0...40 {
      let values = (0..<count).map { _ in
        UInt8.random(in: 0...UInt8((1 << width) - 1), using: &random)
      }
      var expected = [UInt8](repeating: 0, count: (count * width + 7) / 8)
      for (index, value) in values.enumerated() {
        for bit in 0..<width where value >> bit & 1 == 1 {
          expected[(index * width + bit) / 8] |= 1 << ((index * width + bit) % 8)
        }
      }
      for kernels in KernelPath.allCases where kernels.isSupported {
        let bits = PackedBits(width: width, kernels: kernels)
        let scratch = ScratchStack()
        let packed = scratch.take(expected.count)
        let unpacked = scratch.take(count)
        values.withUnsafeBytes { bits.pack($0, into: packed) }
        #expect(Array(packed) == expected)
        bits.unpack(UnsafeRawBufferPointer(packed), into: unpacked)
        #expect(Array(unpacked) == values)
      }
    }
  }

  @Test("Every pair of bytes comes back from a symbol and a rest", arguments: 1...4, [1, 5, 200])
  func joining(bits: Int, base: UInt8) {
    let joint = JointPlanes(bits: bits, base: base)
    let exponents = (0...255).map { UInt8($0) }.filter { $0 == 0 || $0 >= base }
      .filter { joint.reaches($0) }
    for mantissa in UInt8.min...UInt8.max {
      let mantissas = [UInt8](repeating: mantissa, count: exponents.count)
      var (symbols, rests) = (mantissas, mantissas)
      exponents.withUnsafeBytes { exponents in
        mantissas.withUnsafeBytes { mantissas in
          symbols.withUnsafeMutableBytes { symbols in
            rests.withUnsafeMutableBytes {
              joint.join(exponents, mantissas, into: symbols, rest: $0)
            }
          }
        }
      }
      #expect(Set(symbols).count == exponents.count)
      #expect(rests.allSatisfy { $0 < 1 << joint.restBits })
      let fits = symbols.withUnsafeMutableBytes { symbols in
        rests.withUnsafeMutableBytes { joint.part(symbols, $0) }
      }
      #expect(fits)
      #expect(symbols == exponents)
      #expect(rests.allSatisfy { $0 == mantissa })
    }
  }

  @Test("The range of exponents leaves out zeros")
  func ranges() {
    #expect([UInt8]().withUnsafeBytes(JointPlanes.range) == nil)
    #expect([UInt8](repeating: 0, count: 9).withUnsafeBytes(JointPlanes.range) == nil)
    #expect([0, 7, 3, 0, 255].map(UInt8.init).withUnsafeBytes(JointPlanes.range) == 3...255)
    #expect([UInt8(1)].withUnsafeBytes(JointPlanes.range) == 1...1)
  }
}

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

  /// Counts with whole blocks of vectors and without, and every width of floats.
  static let counts = Array(0...9) + [63, 64, 65, 127, 128, 200, 1003]

  @Test(
    "Every path cuts floats as the definition does, and puts them together", arguments: [2, 4, 8])
  func paths(width: Int) throws {
    let layout = try ElementLayout(width: width, kind: .float)
    for count in Self.counts {
      for bits in 1...4 {
        let (base, floats) = Self.floats(count, layout, bits: bits)
        let expected = Definition(floats, width, bits: bits, base: base)
        for kernels in KernelPath.allCases where kernels.isSupported {
          let joint = JointPlanes(bits: bits, base: base, kernels: kernels)
          let scratch = ScratchStack()
          floats.withUnsafeBytes { bytes in
            let streams = joint.split(Elements(bytes, layout), scratch)
            #expect(Array(streams.symbols) == expected.symbols, "\(kernels), \(count) floats")
            #expect(Array(streams.rest) == expected.rest, "\(kernels), \(count) floats")
            #expect(streams.others.map { Array($0) } == expected.others, "\(kernels)")
            var back = [UInt8](repeating: 0xA5, count: floats.count)
            let fits = back.withUnsafeMutableBytes {
              joint.merge(streams, as: layout, into: $0, scratch)
            }
            #expect(fits && back == floats, "\(kernels), \(count) floats")
          }
        }
      }
    }
  }

  @Test("Every path refuses a symbol that stands for no exponent", arguments: [1, 64, 100])
  func beyond(count: Int) throws {
    let layout = try ElementLayout(width: 2, kind: .float)
    for kernels in KernelPath.allCases where kernels.isSupported {
      let joint = JointPlanes(bits: 3, base: 240, kernels: kernels)
      for place in Set([0, count / 2, count - 1]) {
        for (distance, isPossible) in [(16, true), (17, false)] {
          var symbols = [UInt8](repeating: 8, count: count)
          symbols[place] = UInt8(distance << 3)
          // Memory of exactly the size, so that a sanitizer sees what is read behind it.
          let rest = [UInt8](repeating: 0, count: joint.restSize(count))
          var output = [UInt8](repeating: 0, count: 2 * count)
          let fits = symbols.withUnsafeBytes { symbols in
            rest.withUnsafeBytes { rest in
              output.withUnsafeMutableBytes {
                joint.merge(
                  JointStreams(symbols: symbols, rest: rest, others: []), as: layout, into: $0,
                  ScratchStack())
              }
            }
          }
          #expect(fits == isPossible, "\(kernels), \(distance) at \(place)")
        }
      }
    }
  }

  @Test("The range of exponents leaves out zeros", arguments: [2, 4, 8])
  func ranges(width: Int) throws {
    let layout = try ElementLayout(width: width, kind: .float)
    for kernels in KernelPath.allCases where kernels.isSupported {
      func range(_ exponents: [UInt8]) -> ClosedRange<UInt8>? {
        let floats = exponents.enumerated().flatMap { index, exponent in
          // All bits of the mantissa, and every other sign.
          let rest = [UInt8](repeating: 0xFF, count: width - 2) + [exponent << 7 | 0x7F]
          return rest + [exponent >> 1 | UInt8(index % 2) << 7]
        }
        return floats.withUnsafeBytes { JointPlanes.range(of: Elements($0, layout), kernels) }
      }
      #expect(range([]) == nil)
      #expect(range([UInt8](repeating: 0, count: 90)) == nil)
      #expect(range([0, 7, 3, 0, 255]) == 3...255)
      #expect(range([1]) == 1...1)
      #expect(range([UInt8](repeating: 9, count: 99) + [4] + [UInt8](5...70)) == 4...70)
    }
  }

  /// Floats whose exponents are 0 or reach as far as symbols of so many bits do.
  private static func floats(
    _ count: Int, _ layout: ElementLayout, bits: Int
  ) -> (base: UInt8, bytes: [UInt8]) {
    var random = SeededGenerator(seed: UInt64(count * 8 + bits))
    let base = UInt8.random(in: 1...200, using: &random)
    let most = min(254 - Int(base), 1 << (8 - bits) - 2)
    let bytes = (0..<count).flatMap { _ -> [UInt8] in
      var float = (0..<layout.width).map { _ in UInt8.random(in: 0...255, using: &random) }
      let isZero = Int.random(in: 0..<5, using: &random) == 0
      let exponent = isZero ? 0 : base + UInt8(Int.random(in: 0...most, using: &random))
      float[layout.width - 1] = float[layout.width - 1] & 0x80 | exponent >> 1
      float[layout.width - 2] = float[layout.width - 2] & 0x7F | exponent << 7
      return float
    }
    return (base, bytes)
  }
}

/// Encoding 10 as schemas/encodings/10-float-joint.md has it, bit by bit.
private struct Definition {
  var symbols: [UInt8] = []
  var rest: [UInt8]
  var others: [[UInt8]]

  init(_ floats: [UInt8], _ width: Int, bits: Int, base: UInt8) {
    let count = floats.count / width
    rest = [UInt8](repeating: 0, count: (count * (8 - bits) + 7) / 8)
    others = [[UInt8]](repeating: [], count: width - 2)
    for index in 0..<count {
      let float = floats[index * width..<(index + 1) * width]
      var number = float.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let sign = number >> UInt64(8 * width - 1)
      number = number << 1 | sign
      for plane in 0..<width - 2 {
        others[plane].append(UInt8(truncatingIfNeeded: number >> UInt64(8 * plane)))
      }
      let exponent = UInt8(truncatingIfNeeded: number >> UInt64(8 * width - 8))
      let mantissa = UInt8(truncatingIfNeeded: number >> UInt64(8 * width - 16))
      let distance = exponent == 0 ? 0 : exponent - base + 1
      symbols.append(distance << UInt8(bits) | mantissa >> UInt8(8 - bits))
      for bit in 0..<8 - bits where mantissa >> UInt8(bit) & 1 == 1 {
        let place = index * (8 - bits) + bit
        rest[place / 8] |= 1 << UInt8(place % 8)
      }
    }
  }
}

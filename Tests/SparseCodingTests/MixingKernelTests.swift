import TestSupport
import Testing

@testable import SparseCoding

@Suite struct MixingKernelTests {
  static let geometries: [RowGeometry] = [
    RowGeometry(rowLength: 1, kernel: 1, first: 0),
    RowGeometry(rowLength: 6, kernel: 3, first: 4),
    RowGeometry(rowLength: 64, kernel: 64, first: 63),
    RowGeometry(rowLength: 288, kernel: 9, first: 0),
    RowGeometry(rowLength: 100, kernel: 1, first: 17),
    RowGeometry(rowLength: 5000, kernel: 50, first: 4999),
  ]

  @Test("Every path codes masks as the page tells", arguments: geometries, [0, 10, 50])
  func masks(geometry: RowGeometry, percent: Int) {
    let mask = Self.mask(1500, percent: percent, seed: UInt64(geometry.rowLength + percent))
    var encoder = PlainBitEncoder()
    _ = PlainMixing.code(mask: mask, geometry) { bit, probability in
      encoder.encode(bit, probability)
      return bit
    }
    encoder.finish()
    for kernels in KernelPath.allCases where kernels.isSupported {
      #expect(Self.encode(mask, geometry, kernels) == encoder.bytes, "\(kernels)")
      let back = Self.decode(encoder.bytes, mask.count, geometry, kernels)
      #expect(back.isUsedUp && back.mask == mask, "\(kernels)")
    }
  }

  @Test("Every path makes the same of bytes that are no mask", arguments: geometries)
  func damagedMasks(geometry: RowGeometry) {
    var generator = SeededGenerator(seed: UInt64(geometry.rowLength))
    for size in [0, 1, 4, 5, 60] {
      // Zeros are all ones to the decoder, with ever less doubt; so are no bytes at all.
      let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for bytes in [noise, [UInt8](repeating: 0, count: size), .init(repeating: 255, count: size)] {
        var decoder = PlainBitDecoder(bytes)
        let expected = PlainMixing.code(mask: .init(repeating: false, count: 600), geometry) {
          decoder.decode($1)
        }
        for kernels in KernelPath.allCases where kernels.isSupported {
          let back = Self.decode(bytes, 600, geometry, kernels)
          #expect(back.mask == expected, "\(kernels), \(size) bytes")
          #expect(back.isUsedUp == decoder.isUsedUp, "\(kernels), \(size) bytes")
        }
      }
    }
  }

  @Test("Every path codes symbols as the page tells", arguments: geometries, [2, 30, 256])
  func symbols(geometry: RowGeometry, kinds: Int) throws {
    let symbols = Self.symbols(700, kinds: kinds, seed: UInt64(geometry.rowLength + kinds))
    let tree = try Self.tree(of: symbols)
    for step in [1, 7] {
      let places = symbols.indices.map { $0 * step + $0 % step }
      var encoder = PlainBitEncoder()
      _ = PlainMixing.code(symbols: symbols, at: places, geometry, tree) { bit, probability in
        encoder.encode(bit, probability)
        return bit
      }
      encoder.finish()
      for kernels in KernelPath.allCases where kernels.isSupported {
        let model = Symbols(tree: tree, geometry: geometry, places: places, kernels: kernels)
        #expect(model.encode(symbols) == encoder.bytes, "\(kernels), step \(step)")
        let back = model.decode(encoder.bytes)
        #expect(back.isUsedUp && back.symbols == symbols, "\(kernels), step \(step)")
      }
    }
  }

  @Test("Every path makes the same of bytes that are no symbols", arguments: geometries)
  func damagedSymbols(geometry: RowGeometry) throws {
    var generator = SeededGenerator(seed: UInt64(geometry.rowLength))
    let tree = try Self.tree(of: Self.symbols(4000, kinds: 20, seed: 9))
    for size in [0, 1, 4, 5, 60] {
      let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for bytes in [noise, [UInt8](repeating: 0, count: size), .init(repeating: 255, count: size)] {
        var decoder = PlainBitDecoder(bytes)
        let expected = PlainMixing.code(
          symbols: .init(repeating: 0, count: 200), at: Array(0..<200), geometry, tree
        ) { decoder.decode($1) }
        for kernels in KernelPath.allCases where kernels.isSupported {
          let model = Symbols(
            tree: tree, geometry: geometry, places: Array(0..<200), kernels: kernels)
          let back = model.decode(bytes)
          #expect(back.symbols == expected, "\(kernels), \(size) bytes")
          #expect(back.isUsedUp == decoder.isUsedUp, "\(kernels), \(size) bytes")
        }
      }
    }
  }

  @Test("Bits of any probability come back in the bytes they should take", arguments: 0..<20)
  func plainCoder(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let probabilities = (0..<5000).map { _ in
      [16, 65_520, Int.random(in: 16...65_520, using: &generator)]
        .randomElement(using: &generator) ?? 16
    }
    // Against the odds in some runs, so that carries and long runs of 255 come up.
    let bits = probabilities.map { probability in
      seed % 4 == 3
        ? probability < 32_768 : Int.random(in: 0..<65_536, using: &generator) < probability
    }
    var encoder = PlainBitEncoder()
    var entropy = 0.0
    for (bit, probability) in zip(bits, probabilities) {
      encoder.encode(bit, probability)
      entropy += 16 - binaryLogarithm(bit ? probability : 65_536 - probability)
    }
    encoder.finish()
    #expect(Double(encoder.bytes.count) < entropy / 8 * 1.002 + 6)
    var decoder = PlainBitDecoder(encoder.bytes)
    #expect(probabilities.map { decoder.decode($0) } == bits)
    #expect(decoder.isUsedUp)
  }

  /// Bits that come in runs, so that contexts become sure of themselves and are wrong then.
  private static func mask(_ count: Int, percent: Int, seed: UInt64) -> [Bool] {
    var generator = SeededGenerator(seed: seed)
    var isRun = false
    return (0..<count).map { _ in
      if Int.random(in: 0..<200, using: &generator) == 0 { isRun.toggle() }
      return isRun || Int.random(in: 0..<100, using: &generator) < percent
    }
  }

  private static func symbols(_ count: Int, kinds: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      let most = index % 900 < 30 ? kinds : max(2, kinds / (1 + index % 7))
      return UInt8(
        min(.random(in: 0..<most, using: &generator), Int.random(in: 0..<most, using: &generator)))
    } + [0, 1]
  }

  private static func tree(of symbols: [UInt8]) throws -> SymbolTree {
    SymbolTree(
      try #require(symbols.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: 14) }))
  }

  private static func encode(
    _ mask: [Bool], _ geometry: RowGeometry, _ kernels: KernelPath
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (mask.count + 7) / 8)
    for index in mask.indices where mask[index] { bytes[index / 8] |= 1 << UInt8(index % 8) }
    return bytes.withUnsafeBytes { bytes in
      var model = MaskModel(geometry, kernels, ScratchStack())
      return Array(model.encode(bytes, mask.count))
    }
  }

  private static func decode(
    _ coded: [UInt8], _ count: Int, _ geometry: RowGeometry, _ kernels: KernelPath
  ) -> (isUsedUp: Bool, mask: [Bool]) {
    var bytes = [UInt8](repeating: 0xA5, count: (count + 7) / 8)
    let isUsedUp = coded.withUnsafeBytes { coded in
      bytes.withUnsafeMutableBytes { bytes in
        var model = MaskModel(geometry, kernels, ScratchStack())
        return model.decode(coded, count, into: bytes)
      }
    }
    return (isUsedUp, (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 })
  }

  /// The kernels of symbols, with arrays.
  private struct Symbols {
    let tree: SymbolTree
    let geometry: RowGeometry
    let places: [Int]
    let kernels: KernelPath

    func encode(_ symbols: [UInt8]) -> [UInt8] {
      symbols.withUnsafeBytes { raw in withModel { Array($0.encode(raw)) } }
    }

    func decode(_ coded: [UInt8]) -> (isUsedUp: Bool, symbols: [UInt8]) {
      var raw = [UInt8](repeating: 0xA5, count: places.count)
      let isUsedUp = coded.withUnsafeBytes { coded in
        raw.withUnsafeMutableBytes { raw in withModel { $0.decode(coded, into: raw) } }
      }
      return (isUsedUp, raw)
    }

    private func withModel<Result>(_ body: (inout SymbolModel) -> Result) -> Result {
      bytes(places.map(UInt32.init)).withUnsafeBytes { bytes in
        let isEach = places.indices.allSatisfy { places[$0] == $0 }
        var model = SymbolModel(tree, geometry, isEach ? nil : bytes, kernels, ScratchStack())
        return body(&model)
      }
    }
  }
}

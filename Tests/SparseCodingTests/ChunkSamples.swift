import TestSupport
import Testing

@testable import SparseCoding

/// Every width and kind.
let everyLayout: [ElementLayout] = [1, 2, 4, 8, 16].flatMap { width in
  [ElementLayout.Kind.float, .signedInteger, .unsignedInteger, .opaque].compactMap { kind in
    try? ElementLayout(width: width, kind: kind)
  }
}

func layout(_ width: Int, _ kind: ElementLayout.Kind = .float) throws -> ElementLayout {
  try ElementLayout(width: width, kind: kind)
}

/// Elements of which `zeros` per cent are zero and the others look like small weights or numbers.
func sampleElements(
  _ count: Int, width: Int, zeros: Int, seed: UInt64
) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).flatMap { _ -> [UInt8] in
    guard Int.random(in: 0..<100, using: &generator) >= zeros else {
      return [UInt8](repeating: 0, count: width)
    }
    var element = (0..<width).map { _ in UInt8.random(in: 0...255, using: &generator) }
    if width > 1 {
      element[width - 1] = [0x3C, 0xBC, 0x3D, 0x01][Int.random(in: 0..<4, using: &generator)]
    }
    return element
  }
}

/// Elements with exactly `kept` non-zeros in each group of `group`, `stride` apart.
func patternElements(_ shape: PatternShape, blocks: Int, width: Int, seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  var bytes = [UInt8](repeating: 0, count: blocks * shape.stride * shape.group * width)
  for group in 0..<(blocks * shape.stride) {
    let first = group / shape.stride * shape.stride * shape.group + group % shape.stride
    for member in (0..<shape.group).shuffled(using: &generator).prefix(shape.kept) {
      let element = first + member * shape.stride
      for byte in 0..<width {
        bytes[element * width + byte] = UInt8.random(in: 1...255, using: &generator)
      }
    }
  }
  return bytes
}

/// The little-endian bytes of some numbers.
func bytes<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
  numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}

/// The bytes a hexadecimal text stands for; blanks are skipped.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension ChunkCoder {
  func encode(
    _ chunk: [UInt8], _ layout: ElementLayout, hints: [ChunkHint] = []
  ) throws -> [UInt8] {
    try chunk.withUnsafeBytes { try encode($0, layout: layout, hints: hints) }
  }

  /// The chunk in one encoding; nil when it does not apply.
  func encode(
    _ chunk: [UInt8], _ layout: ElementLayout, in encoding: any ChunkEncoding,
    hints: [ChunkHint] = []
  ) throws -> [UInt8]? {
    try chunk.withUnsafeBytes { chunk in
      try retained.scope { () throws(SparseCodingError) in
        let analysis = ChunkAnalysis(Elements(chunk, layout), hints: hints, coder: self)
        return try encode(analysis, encoding)
      }
    }
  }

  func decode(_ coded: [UInt8], _ layout: ElementLayout, size: Int) throws -> [UInt8] {
    var output = [UInt8](repeating: 0xA5, count: size)
    try coded.withUnsafeBytes { coded in
      try output.withUnsafeMutableBytes { try decode(coded, layout: layout, into: $0) }
    }
    return output
  }
}

internal import ByteStorage
internal import SparseCoding

/// Any bytes decode as a chunk or are refused; what they decode to does not depend on what stood in
/// memory before.
///
/// The first byte chooses the layout, three more how many elements there are.
func checkCodedChunk(_ input: [UInt8]) throws {
  guard input.count >= 4 else { return }
  let layout = try layout(of: input[0])
  let number = Int(input[1]) | Int(input[2]) << 8 | Int(input[3]) << 16
  let count = number % (ChunkCoder.maximumCount + 1)
  let coded = Array(input[4...])
  let first = try decoded(coded, layout, [UInt8](repeating: 0x55, count: count * layout.width))
  let second = try decoded(coded, layout, [UInt8](repeating: 0xAA, count: count * layout.width))
  try require(first == second, "decoding fills the whole chunk")
}

/// Elements come back from every level and with any hints, and take at most one byte more.
///
/// The first byte chooses the layout, the next the level, five more the hints.
func checkChunk(_ input: [UInt8]) throws {
  guard input.count >= 7 else { return }
  let layout = try layout(of: input[0])
  let levels = CompressionLevel.allCases
  let numbers = input[2..<7].map(Int.init)
  let hints: [ChunkHint] = [
    .pattern(kept: numbers[0], group: numbers[1], stride: numbers[2]),
    .blocks(rows: numbers[2], columns: numbers[3], rowLength: numbers[4]),
  ]
  let elements = Array(input[7..<(input.count - (input.count - 7) % layout.width)])
  let coded = try elements.withUnsafeBytes {
    try ChunkCoder(level: levels[Int(input[1]) % levels.count])
      .encode($0, layout: layout, hints: hints)
  }
  try require(coded.count <= elements.count + 1, "coding adds at most a byte")
  let blank = [UInt8](repeating: 0x55, count: elements.count)
  let found = try? decoded(coded, layout, blank)
  try require(found == elements, "a chunk comes back")
}

/// One of all layouts.
private func layout(of byte: UInt8) throws -> ElementLayout {
  try ElementLayout(
    width: 1 << (Int(byte >> 2) % 5), kind: ElementLayout.Kind(rawValue: byte & 3) ?? .opaque)
}

/// The elements of a coded chunk, written over `blank`.
private func decoded(
  _ coded: [UInt8], _ layout: ElementLayout, _ blank: [UInt8]
) throws -> [UInt8] {
  var output = blank
  try output.withUnsafeMutableBytes { output in
    try coded.withUnsafeBytes {
      try ChunkCoder(level: .fast).decode($0, layout: layout, into: output)
    }
  }
  return output
}

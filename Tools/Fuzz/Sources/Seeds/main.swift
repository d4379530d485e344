// Seeds FOLDER FILE…: writes small model files and containers, and the containers and chunks that
// models become, as inputs to start fuzzing from, into a folder for each property.
import ByteStorage
import ModelGraph
import ONNXFormat
import SparseCoding

@testable import SparseContainer

/// The most bytes of an input.
let mostBytes = 1 << 14
let folder = CommandLine.arguments.dropFirst().first ?? "."

func write(_ input: [UInt8], _ property: String, _ name: String) throws {
  guard input.count <= mostBytes else { return }
  let file = try AtomicFile(path: "\(folder)/\(property)/\(name)", replaces: true)
  try file.write(input)
  try file.commit()
}

func littleEndian(_ number: Int) -> [UInt8] {
  (0..<3).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// A container as a file, and as its index and chunks.
func writeContainer(_ model: Model, _ name: String) throws {
  let sink = MemorySink()
  try SparseContainerFormat().write(
    model, to: sink, options: ContainerOptions(level: .fast), threads: 1)
  let file = sink.contents
  try write([0] + file, "ContainerRead", "\(name).spm")
  let container = try Container(MemorySource(file))
  let message = try container.index.message()
  let end = container.index.sections.reduce(Header.size) { end, section in
    section.chunkLengths.reduce(end) { $0 + Int($1) }
  }
  let parts = littleEndian(message.count) + message + file[Header.size..<end]
  try write([2] + parts, "ContainerRead", "\(name).parts")
}

/// The start of a tensor with zeros in several patterns, and what it is coded as.
func writeChunks(_ tensor: Tensor, _ name: String) throws {
  let layout = ElementLayout(of: tensor.elementType)
  let count = min(512, tensor.contents.byteCount / layout.width)
  let dense = try tensor.contents.bytes(in: 0..<count * layout.width)
  let kind = UInt8(layout.width.trailingZeroBitCount) << 2 | layout.kind.rawValue
  let patterns: [(name: String, keeps: (Int) -> Bool)] = [
    ("dense", { _ in true }), ("half", { $0 * 7 % 11 < 6 }), ("few", { $0 * 31 % 37 == 0 }),
    ("2of4", { $0 % 4 < 2 }), ("blocks", { $0 / 4 % 3 == 0 }),
  ]
  for pattern in patterns {
    let elements = dense.indices.map { pattern.keeps($0 / layout.width) ? dense[$0] : 0 }
    try write([kind, 2, 2, 4, 1, 4, 16] + elements, "ChunkRoundTrip", "\(name).\(pattern.name)")
    let hints: [ChunkHint] = [
      .pattern(kept: 2, group: 4, stride: 1), .blocks(rows: 1, columns: 4, rowLength: 16),
      .rows(length: 16, kernel: 4, first: 0),
    ]
    let coded = try elements.withUnsafeBytes {
      try ChunkCoder(level: .small).encode($0, layout: layout, hints: hints)
    }
    try write([kind] + littleEndian(count) + coded, "ChunkDecode", "\(name).\(pattern.name)")
  }
}

for path in CommandLine.arguments.dropFirst(2) {
  let file = try OpenFile(path: path)
  let name = path.split(separator: "/").suffix(2).joined(separator: "-")
  guard path.hasSuffix(".onnx") else {
    try write([0] + file.bytes(), "ContainerRead", name)
    continue
  }
  try write(file.bytes(), "ONNXRead", name)
  try write(file.bytes(), "Channels", name)
  guard let model = try? ONNXModelFormat().read(file).model else { continue }
  try writeContainer(model, name)
  for (index, tensor) in model.tensors.enumerated().prefix(4) {
    try writeChunks(tensor, "\(name).\(index)")
  }
}

internal import ByteStorage
internal import ModelGraph

@testable internal import SparseContainer

/// The most bytes of tensors that a check decodes: small containers may claim terabytes.
private let mostDecoded = 1 << 22

/// A container opens or is refused, as do its tensors; what opens also describes how it is stored.
///
/// The first byte chooses how much of the rest is taken as it is, so that checksums do not hide what
/// lies behind them.
func checkContainer(_ input: [UInt8]) throws {
  guard let mode = input.first else { return }
  let rest = Array(input.dropFirst())
  let file =
    switch mode % 3 {
    case 0: rest
    case 1: withCurrentChecksums(rest)
    default: try container(ofParts: rest)
    }
  let model = try SparseContainerFormat().read(MemorySource(file)).model
  var budget = mostDecoded
  for tensor in model.tensors {
    _ = try (tensor.contents as? ChunkedSource)?.storedForm()
    let count = min(budget, tensor.contents.byteCount)
    budget -= count
    _ = try tensor.contents.bytes(in: 0..<count)
  }
}

/// A container whose header, index and footer have the checksums of what they hold.
private func withCurrentChecksums(_ file: [UInt8]) -> [UInt8] {
  guard file.count >= Header.size + Footer.size else { return file }
  let end = file.count - Footer.size
  let fields = Array(file[end...])
  let offset = min(max(Int(truncatingIfNeeded: number(fields[0..<8])), Header.size), end)
  let footer = Footer(
    indexOffset: UInt64(offset), indexStoredLength: UInt64(end - offset),
    indexLength: number(fields[16..<24]) % (1 << 22),
    indexChecksum: file[offset..<end].withUnsafeBytes { crc32(of: $0) })
  return Header.bytes + file[Header.size..<end] + footer.bytes
}

/// A container of an index as a message, whose length stands before it, and chunks behind it; all
/// checksums are right.
private func container(ofParts parts: [UInt8]) throws -> [UInt8] {
  guard parts.count >= 3 else { return parts }
  let length = min(Int(number(parts[0..<3])), parts.count - 3)
  let message = Array(parts[3..<3 + length])
  let chunks = Array(parts[(3 + length)...])
  var index = try ContainerIndex(message: message)
  var start = 0
  for section in index.sections.indices {
    index.sections[section].chunkChecksums = index.sections[section].chunkLengths.map { length in
      let end = min(start + Int(length), chunks.count)
      defer { start = end }
      return chunks[start..<end].withUnsafeBytes { crc32(of: $0) }
    }
  }
  let indexBytes = try index.message()
  let coded = try CodedIndex.encode(indexBytes)
  let footer = Footer(
    indexOffset: UInt64(Header.size + chunks.count), indexStoredLength: UInt64(coded.count),
    indexLength: UInt64(indexBytes.count),
    indexChecksum: coded.withUnsafeBytes { crc32(of: $0) })
  return Header.bytes + chunks + coded + footer.bytes
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

internal import ByteStorage
internal import SparseCoding

/// Finds tensors whose contents are equal to those of an earlier one.
struct EqualContents {
  private struct Fingerprint: Hashable {
    let layout: ElementLayout
    let byteCount: Int
    let checksum: UInt32
  }

  private static let sampleSize = 1 << 14
  /// Checksums fall together by intent only: more candidates would let a file cost quadratic time.
  private static let mostCandidates = 8
  private var seen: [Fingerprint: [(record: Int, contents: any ByteSource)]] = [:]

  /// The record of an earlier equal tensor; without one, this becomes the one to find.
  mutating func twin(
    of contents: any ByteSource, layout: ElementLayout, record: Int
  ) throws -> Int? {
    let sample = try contents.bytes(in: 0..<min(contents.byteCount, Self.sampleSize))
    let key = Fingerprint(
      layout: layout, byteCount: contents.byteCount,
      checksum: sample.withUnsafeBytes { crc32(of: $0) })
    for candidate in seen[key, default: []] {
      if try isEqual(candidate.contents, contents) { return candidate.record }
    }
    if seen[key, default: []].count < Self.mostCandidates {
      seen[key, default: []].append((record, contents))
    }
    return nil
  }

  private func isEqual(_ left: any ByteSource, _ right: any ByteSource) throws -> Bool {
    let size = 1 << 20
    for start in stride(from: 0, to: left.byteCount, by: size) {
      let range = start..<min(start + size, left.byteCount)
      if try left.bytes(in: range) != right.bytes(in: range) { return false }
    }
    return true
  }
}

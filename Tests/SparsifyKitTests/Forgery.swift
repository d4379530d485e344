import ByteStorage

@testable import SparseContainer

/// A container whose stored digest is another one, with every checksum made to fit.
///
/// The digest stands once in the index, behind its tag and length.
func forge(_ path: String, digest: [UInt8]) throws -> [UInt8] {
  let file = try OpenFile(path: path)
  let footer = try Footer(
    file.bytes(in: file.byteCount - Footer.size..<file.byteCount), fileSize: file.byteCount)
  let start = Int(footer.indexOffset)
  let stored = try file.bytes(in: start..<start + Int(footer.indexStoredLength))
  var message = try CodedIndex.decode(stored, byteCount: Int(footer.indexLength))
  guard let place = message.firstRange(of: digest) else { return [] }
  message[place.lowerBound] ^= 1
  let coded = try CodedIndex.encode(message)
  let forged = Footer(
    indexOffset: footer.indexOffset, indexStoredLength: UInt64(coded.count),
    indexLength: UInt64(message.count), indexChecksum: coded.withUnsafeBytes { crc32(of: $0) })
  return try file.bytes(in: 0..<start) + coded + forged.bytes
}

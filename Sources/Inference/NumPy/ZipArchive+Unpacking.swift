internal import ByteStorage
internal import CDeflate

extension ZipArchive {
  /// A member's bytes, checked against its checksum.
  ///
  /// - Throws: `NumPyError.badArchive`, and what reading the source throws.
  func contents(of member: Member) throws -> [UInt8] {
    let stored = try source.bytes(in: member.range)
    let contents = member.isDeflated ? try inflated(stored, member) : stored
    guard contents.withUnsafeBytes({ crc32(of: $0) }) == member.checksum else {
      throw NumPyError.badArchive(reason: "\"\(ByteString(member.name))\" is damaged")
    }
    return contents
  }

  private func inflated(_ stored: [UInt8], _ member: Member) throws -> [UInt8] {
    guard let decompressor = libdeflate_alloc_decompressor() else {
      throw NumPyError.badArchive(reason: "there is no memory to unpack it")
    }
    defer { libdeflate_free_decompressor(decompressor) }
    var used = 0
    var result = LIBDEFLATE_BAD_DATA
    let contents = [UInt8](unsafeUninitializedCapacity: member.size) { buffer, count in
      // Without a place for it, the length must be that of the output.
      result = libdeflate_deflate_decompress_ex(
        decompressor, stored, stored.count, buffer.baseAddress, member.size, &used, nil)
      count = result == LIBDEFLATE_SUCCESS ? member.size : 0
    }
    guard result == LIBDEFLATE_SUCCESS, used == stored.count else {
      throw NumPyError.badArchive(
        reason: "\"\(ByteString(member.name))\" does not unpack to \(member.size) bytes")
    }
    return contents
  }
}

internal import ByteStorage
internal import ModelGraph
internal import ProtobufWire

/// Elements that stand as varints in a model's structure, decoded whenever they are read.
///
/// Every 4096th place is remembered, so reading anywhere costs little and nothing is kept decoded.
struct IntegerElements: ByteSource {
  private static let spacing = 4096

  private let bytes: [UInt8]
  private let width: Int
  private let starts: [Int]
  let count: Int

  /// Checks all elements and remembers some places.
  ///
  /// - Throws: `ONNXError` for a number that is not one of the type, or does not end.
  init(_ bytes: [UInt8], of type: ElementType) throws {
    self.bytes = bytes
    width = type.storedWidth
    let allowed = type.storedNumbers
    let isWide = type.typedField != .int32s
    var starts: [Int] = []
    var count = 0
    try bytes.withUnsafeBytes { bytes in
      var position = 0
      while position < bytes.count {
        if count % Self.spacing == 0 { starts.append(position) }
        guard let number = Varint.read(bytes, at: &position) else {
          throw ONNXError(.dataValue, "varint \(count) does not end, or exceeds 64 bits")
        }
        guard isWide || Self.fits32(number) else {
          throw ONNXError(.dataValue, "number \(count) does not fit 32 bits")
        }
        let value = isWide ? Int64(bitPattern: number) : Int64(Int32(truncatingIfNeeded: number))
        guard allowed.contains(value) else {
          throw ONNXError(.dataValue, "number \(count) is \(value), out of range for \(type.name)")
        }
        count += 1
      }
    }
    self.starts = starts
    self.count = count
  }

  private static func fits32(_ number: UInt64) -> Bool {
    number <= UInt64(UInt32.max)
      || Int64(bitPattern: number) >= Int64(Int32.min)
        && Int64(bitPattern: number) < 0
  }

  var byteCount: Int { count * width }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    guard !buffer.isEmpty else { return }
    bytes.withUnsafeBytes { bytes in
      let first = offset / width
      var position = starts[first / Self.spacing]
      for _ in 0..<(first % Self.spacing) { _ = Varint.read(bytes, at: &position) }
      var done = 0
      var skipped = offset % width
      while done < buffer.count {
        var number = Varint.read(bytes, at: &position) ?? 0
        number >>= UInt64(8 * skipped)
        for _ in skipped..<width where done < buffer.count {
          buffer[done] = UInt8(truncatingIfNeeded: number)
          number >>= 8
          done += 1
        }
        skipped = 0
      }
    }
  }
}

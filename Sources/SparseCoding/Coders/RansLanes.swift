internal import CKernels

/// States that code the bytes of a stream in turn: byte `i` is coded by state `i % count`.
///
/// A state is a number from 2^15 up to 2^31. When it would leave that range it gives 16 bits to, or
/// takes them from, the words that all lanes share. Coding begins with states that hold the last
/// bytes of the stream, two each, because they must hold something.
struct RansLanes {
  /// Numbers of lanes, and the shortest stream for each: a lane costs two bytes, and more of them
  /// are faster.
  private static let choices: [(count: Int, from: Int)] = [
    (64, 1 << 16), (16, 1 << 13), (4, 0),
  ]
  private static let states: Range<UInt32> = 1 << 15..<1 << 31
  /// A state that decoding ends with has this above two bytes of the stream.
  private static let marker: UInt32 = 1 << 16

  let count: Int
  let kernels: KernelPath

  init(ofStream length: Int, _ kernels: KernelPath) {
    count = Self.choices.first(where: { length >= $0.from })?.count ?? 0
    self.kernels = kernels
  }

  /// How many bytes are in the states that decoding ends with.
  private var heldCount: Int { 2 * count }

  /// Codes a stream that is no shorter than two bytes a lane; the words end where the buffer does.
  ///
  /// - Returns: the states decoding begins with, and the size of the words.
  func encode(
    _ raw: UnsafeRawBufferPointer, _ frequencies: ByteFrequencies,
    into words: UnsafeMutableRawBufferPointer
  ) -> (states: [UInt32], size: Int) {
    let coded = raw.count - heldCount
    var states = (0..<count).map { lane in
      Self.marker | UInt32(raw[coded + 2 * lane]) | UInt32(raw[coded + 2 * lane + 1]) << 8
    }
    guard let source = raw.baseAddress, let base = words.baseAddress else { return (states, 0) }
    let end = (base + words.count).assumingMemoryBound(to: UInt8.self)
    let begin = rans_encode(
      kernels.selector, frequencies.codingTable, UInt32(frequencies.bits),
      source.assumingMemoryBound(to: UInt8.self), coded, &states, UInt32(count), end)
    return (states, begin.map { end - $0 } ?? 0)
  }

  /// The way back from `encode`; false when it does not end as coding began.
  func decode(
    _ coded: UnsafeRawBufferPointer, _ frequencies: ByteFrequencies,
    _ words: UnsafeRawBufferPointer,
    into raw: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var states = (0..<count).map {
      UInt32(littleEndian: coded.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
    }
    guard raw.count >= heldCount, states.allSatisfy({ Self.states ~= $0 }) else { return false }
    let free = raw.count - heldCount
    guard decode(&states, frequencies, words, into: raw.baseAddress, free) else { return false }
    for (lane, state) in states.enumerated() {
      guard state >> 16 == 1 else { return false }
      raw[free + 2 * lane] = UInt8(truncatingIfNeeded: state)
      raw[free + 2 * lane + 1] = UInt8(truncatingIfNeeded: state >> 8)
    }
    return true
  }

  /// Decodes the bytes that are no part of the last states, from exactly these words.
  private func decode(
    _ states: inout [UInt32], _ frequencies: ByteFrequencies, _ words: UnsafeRawBufferPointer,
    into raw: UnsafeMutableRawPointer?, _ length: Int
  ) -> Bool {
    guard let raw, let base = words.baseAddress else { return false }
    let begin = base.assumingMemoryBound(to: UInt8.self)
    let end = begin + words.count
    return frequencies.withDecoder(of: count, for: kernels) { decoder in
      rans_decode(
        kernels.selector, decoder, raw.assumingMemoryBound(to: UInt8.self), length, &states,
        UInt32(count), begin, end) == end
    }
  }
}

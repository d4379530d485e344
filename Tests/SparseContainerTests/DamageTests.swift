import ByteStorage
import ModelGraph
import ONNXFormat
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

/// A tiny container, damaged everywhere: an error, or the model as it was, but never a trap.
@Suite struct DamageTests {
  static let file = onnx([
    NamedTensor("w", dims: [4, 8], seed: 1),
    NamedTensor("z", type: 3, dims: [80], [UInt8](repeating: 0, count: 79) + [5]),
  ])

  static let container: [UInt8] = {
    guard let model = try? model(of: file), let bytes = try? model.container() else { return [] }
    return bytes
  }()

  @Test("The container is whole")
  func whole() throws {
    #expect(try outcome(of: Self.container).get()[""] == Self.file)
  }

  @Test("Every truncation is refused")
  func truncations() throws {
    for length in Self.container.indices {
      let error = try #require(throws: (any Error).self, "\(length) bytes") {
        try outcome(of: Array(Self.container[..<length])).get()
      }
      let code = (error as? any DiagnosticError)?.code
      #expect(code == "E-SPM-002" || length == 0, "\(length) bytes: \(error)")
    }
  }

  @Test("Bytes at the end are refused", arguments: [[0], [10], Footer.magic])
  func appended(bytes: [UInt8]) throws {
    #expect(throws: (any Error).self) { try outcome(of: Self.container + bytes).get() }
    #expect(throws: (any Error).self) {
      try outcome(of: Self.container + Self.container).get()
    }
  }

  @Test("Every flipped bit is refused")
  func bitFlips() throws {
    for bit in 0..<Self.container.count * 8 {
      var damaged = Self.container
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") { try outcome(of: damaged).get() }
    }
  }

  @Test("Every flipped bit of a chunk gives an error or a model when its checksum is made to fit")
  func flippedChunks() throws {
    let whole = try Assembly(of: Self.container)
    var read = 0
    for chunk in whole.chunks.indices {
      for bit in 0..<whole.chunks[chunk].count * 8 {
        var damaged = whole
        damaged.chunks[chunk][bit / 8] ^= 1 << (bit % 8)
        damaged.checksumChunks()
        if case .success = try outcome(of: damaged.bytes()) { read += 1 }
      }
    }
    #expect(read > 0, "most flips of weights make other weights")
  }

  @Test("Every flipped bit of the index gives an error or a model when its checksum is made to fit")
  func flippedIndex() throws {
    let whole = try Assembly(of: Self.container)
    let message = try whole.index.message()
    var read = 0
    for bit in 0..<message.count * 8 {
      var damaged = message
      damaged[bit / 8] ^= 1 << (bit % 8)
      let stored = [UInt8](CodedIndex.raw(damaged))
      let bytes = whole.bytes(storedIndex: stored, length: damaged.count)
      if case .success = try outcome(of: bytes) { read += 1 }
    }
    #expect(read > 0, "a name is free")
  }

  @Test("Every byte of the index set to an extreme gives an error or a model")
  func extremeBytes() throws {
    let whole = try Assembly(of: Self.container)
    let message = try whole.index.message()
    for place in message.indices {
      for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
        var damaged = message
        damaged[place] = value
        _ = try outcome(
          of: whole.bytes(storedIndex: CodedIndex.raw(damaged), length: damaged.count))
      }
    }
  }

  @Test("Every flipped bit of the coded index and of the footer's numbers is an error or a model")
  func flippedCodedIndex() throws {
    let whole = try Assembly(of: Self.container)
    let message = try whole.index.message()
    let stored = try CodedIndex.encode(message)
    for bit in 0..<stored.count * 8 {
      var damaged = stored
      damaged[bit / 8] ^= 1 << (bit % 8)
      _ = try outcome(of: whole.bytes(storedIndex: damaged, length: message.count))
    }
    for bit in 0..<64 {
      let length = message.count ^ (1 << bit)
      let bytes = whole.bytes(storedIndex: stored, length: length)
      #expect(throws: (any Error).self, "bit \(bit)") { try outcome(of: bytes).get() }
    }
  }
}

extension Assembly {
  /// Makes the checksums and lengths of the index those of the chunks.
  mutating func checksumChunks() {
    var next = chunks[...]
    for section in index.sections.indices {
      let own = next.prefix(index.sections[section].chunkLengths.count)
      next = next.dropFirst(own.count)
      index.sections[section].chunkLengths = own.map { UInt32($0.count) }
      index.sections[section].chunkChecksums = own.map { $0.withUnsafeBytes { crc32(of: $0) } }
    }
  }
}

extension CodedIndex {
  /// An index of one piece, stored as it is, so that a test knows where its bytes are.
  static func raw(_ message: [UInt8]) -> [UInt8] {
    number(UInt32(message.count + 1)) + [0] + message
  }
}

import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import SparseContainer

@Suite struct EnvelopeTests {
  private let container = DamageTests.container

  private func error(of bytes: [UInt8]) -> SparseContainerError? {
    #expect(throws: SparseContainerError.self) { try read(bytes) }
  }

  private func replacing(_ old: [UInt8], by new: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = container[...]
    while !rest.isEmpty {
      let isMatch = rest.starts(with: old)
      result += isMatch ? new : [rest[rest.startIndex]]
      rest = rest.dropFirst(isMatch ? old.count : 1)
    }
    return result
  }

  @Test("Damage of a transfer is named")
  func transferDamage() {
    let lineEnds = SparseContainerError.notAContainer("its line ends were converted in transfer")
    #expect(error(of: replacing([10], by: [13, 10])) == lineEnds)
    #expect(error(of: replacing([13, 10], by: [10])) == lineEnds)
    let stripped = SparseContainerError.notAContainer("its eighth bits were stripped in transfer")
    #expect(error(of: container.map { $0 & 0x7F }) == stripped)
    let text = Array("version https://git-lfs".utf8)
    #expect(error(of: text) == .notAContainer("it does not begin like one"))
  }

  @Test("Damaged containers are still recognised as containers")
  func recognition() {
    let format = SparseContainerFormat()
    #expect(format.recognizes(container))
    #expect(format.recognizes(replacing([10], by: [13, 10])))
    #expect(format.recognizes(container.map { $0 & 0x7F }))
    #expect(!format.recognizes(Array(container.prefix(3))))
    #expect(!format.recognizes(DamageTests.file))
  }

  @Test("A file that ends in its header is cut, not foreign", arguments: 0..<64)
  func cutHeader(length: Int) {
    #expect(error(of: Array(container.prefix(length))) == .truncated)
  }

  @Test("Other versions are refused", arguments: [[0, 2], [2, 0], [0, 0], [255, 255]])
  func versions(version: [UInt8]) throws {
    var other = try Assembly(of: container)
    other.version = version + [0, 0]
    let found = try error(of: other.bytes())
    #expect(found == .unsupportedVersion("\(version[0]).\(version[1])"))
    #expect(found?.recovery == "update sparsify")
  }

  @Test("The draft and newer minor versions are read", arguments: [[0, 1], [1, 0], [1, 9]])
  func readVersions(version: [UInt8]) throws {
    var other = try Assembly(of: container)
    other.version = version + [0, 0]
    #expect(try read(other.bytes()).files() == read(container).files())
  }

  @Test("Reserved bytes must be zero")
  func reserved() throws {
    var other = try Assembly(of: container)
    other.version[3] = 1
    #expect(try error(of: other.bytes()) == .broken("reserved bytes of the header are set"))
    other = try Assembly(of: container)
    other.reserved[7] = 1
    #expect(try error(of: other.bytes()) == .broken("reserved bytes of the footer are set"))
  }

  @Test("An index that claims more than its stored bytes make likely is refused")
  func largeIndex() throws {
    let whole = try Assembly(of: container)
    let stored = try CodedIndex.encode(whole.index.message())
    let limit = Int(CodedIndex.maximumLength(stored: UInt64(stored.count)))
    #expect(
      error(of: whole.bytes(storedIndex: stored, length: limit + 1)) == .tooLarge("the index"))
    #expect(CodedIndex.maximumLength(stored: .max) == UInt64(Limits.indexBytes))
  }

  @Test("An index of several pieces comes back")
  func pieces() throws {
    var generator = SeededGenerator(seed: 1)
    let bytes = (0..<Limits.chunkElements * 2 + 5).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    let stored = try CodedIndex.encode(bytes)
    #expect(try CodedIndex.decode(stored, byteCount: bytes.count) == bytes)
    #expect(throws: SparseContainerError.self) {
      try CodedIndex.decode(stored + [0], byteCount: bytes.count)
    }
    #expect(throws: SparseContainerError.self) {
      try CodedIndex.decode(Array(stored.dropLast()), byteCount: bytes.count)
    }
  }
}

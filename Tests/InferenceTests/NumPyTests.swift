import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Inference

/// Arrays and archives written byte by byte, as odd as a test wants them.
enum NumPyBytes {
  static func array(
    _ type: String, fortran: Bool = false, shape: String, version: UInt8 = 1, _ contents: [UInt8]
  ) -> [UInt8] {
    let truth = fortran ? "True" : "False"
    let head = "{'descr': '\(type)', 'fortran_order': \(truth), 'shape': \(shape), }\n"
    return array(head: head, version: version, contents)
  }

  static func array(head: String, version: UInt8 = 1, _ contents: [UInt8]) -> [UInt8] {
    let length = head.utf8.count
    let lengthBytes = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<lengthBytes).map { UInt8(length >> (8 * $0) & 0xFF) } + Array(head.utf8) + contents
  }

  /// An archive of one stored member.
  static func archive(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    let sum = contents.withUnsafeBytes { crc32(of: $0) }
    func field(_ number: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let sizes =
      field(Int(sum), 4) + field(contents.count, 4) + field(contents.count, 4)
      + field(name.utf8.count, 2) + field(0, 2)
    let common = field(0, 2) + field(0, 2) + field(0, 4) + sizes
    let local = [0x50, 0x4B, 3, 4] + field(20, 2) + common + Array(name.utf8) + contents
    let entry =
      [0x50, 0x4B, 1, 2] + field(20, 2) + field(20, 2) + common + field(0, 2) + field(0, 2)
      + field(0, 2) + field(0, 4) + field(0, 4) + Array(name.utf8)
    return local + entry + [0x50, 0x4B, 5, 6] + field(0, 4) + field(1, 2) + field(1, 2)
      + field(entry.count, 4) + field(local.count, 4) + field(0, 2)
  }
}

@Suite struct ArrayReadingTests {
  private func read(_ bytes: [UInt8]) throws -> NumericArray {
    try NPYArray.read(bytes, name: "a")
  }

  @Test("Versions 1 to 3 are read, others are not", arguments: [1, 2, 3, 4, 0] as [UInt8])
  func versions(version: UInt8) throws {
    let bytes = NumPyBytes.array("<i2", shape: "(2,)", version: version, [1, 0, 2, 0])
    guard (1...3).contains(version) else {
      #expect(throws: NumPyError.self) { _ = try read(bytes) }
      return
    }
    #expect(try read(bytes).integers() == [1, 2])
  }

  @Test("Big-endian elements and Fortran order become little-endian and C order")
  func orders() throws {
    let big = NumPyBytes.array(">i2", shape: "(2,)", [0, 1, 255, 254])
    #expect(try read(big).integers() == [1, -2])
    let fortran = NumPyBytes.array("|u1", fortran: true, shape: "(2, 3)", [1, 4, 2, 5, 3, 6])
    #expect(try read(fortran).integers() == [1, 2, 3, 4, 5, 6])
    let cube = NumPyBytes.array("|u1", fortran: true, shape: "(2, 2, 2)", [0, 4, 2, 6, 1, 5, 3, 7])
    #expect(try read(cube).integers() == [0, 1, 2, 3, 4, 5, 6, 7])
    let empty = NumPyBytes.array("<f8", fortran: true, shape: "(999999999999999999, 0)", [])
    #expect(throws: Never.self) { _ = try read(empty) }
  }

  @Test(
    "Objects, texts, records and unknown types are never read",
    arguments: ["|O", "<U4", "|S3", "|V2", "<M8[ns]", "<c8", "=f4", "<f16", "f4", "", "|i2"])
  func types(type: String) {
    #expect(throws: NumPyError.unreadableType("a", type: type)) {
      _ = try read(NumPyBytes.array(type, shape: "()", [0, 0, 0, 0]))
    }
  }

  @Test(
    "A head that is not just the three fields is refused",
    arguments: [
      "", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (1,)}",
      "__import__('os')", "{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,)}",
    ])
  func heads(head: String) {
    #expect(throws: NumPyError.self) { _ = try read(NumPyBytes.array(head: head, [0, 0, 0, 0])) }
  }

  @Test("Shapes that overflow or do not fit the bytes are refused")
  func shapes() {
    let shapes = [
      "(4611686018427387904, 4)", "(2,)", "(0,)", "(999999999999999999,)",
      "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)",
    ]
    for shape in shapes {
      #expect(throws: NumPyError.self) {
        _ = try read(NumPyBytes.array("<f4", shape: shape, [0, 0, 0, 0]))
      }
    }
  }

  @Test("A truth value is 0 or 1")
  func truth() throws {
    #expect(try read(NumPyBytes.array("|b1", shape: "(2,)", [1, 0])).integers() == [1, 0])
    #expect(throws: NumPyError.self) { _ = try read(NumPyBytes.array("|b1", shape: "(1,)", [2])) }
  }

  @Test("A flipped bit never traps, and the elements survive it only where the head does")
  func damage() {
    let bytes = NumPyBytes.array("<i2", shape: "(2, 2)", [1, 0, 2, 0, 3, 0, 4, 0])
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      if let array = try? read(damaged) { #expect(array.contents.count == 8) }
    }
    for count in 0..<bytes.count {
      #expect(throws: NumPyError.self) { _ = try read(Array(bytes[..<count])) }
    }
  }
}

@Suite struct ArchiveTests {
  private static let array = NumPyBytes.array("<i2", shape: "(2,)", [1, 0, 2, 0])

  private func open(_ bytes: [UInt8]) throws -> ArrayFile {
    try ArrayFile(MemorySource(bytes), path: "a.npz")
  }

  @Test("A stored member is read by its name")
  func stored() throws {
    let file = try open(NumPyBytes.archive("x.npy", Self.array))
    #expect(file.names == ["x"])
    #expect(try file.array(named: "x").integers() == [1, 2])
    #expect(throws: NumPyError.noArray("y", known: ["x"])) { _ = try file.array(named: "y") }
  }

  @Test("A flipped bit or a missing end never traps and never gives other elements")
  func damage() throws {
    let bytes = NumPyBytes.archive("x.npy", Self.array)
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      guard let file = try? open(damaged), let name = file.names.first else { continue }
      if let array = try? file.array(named: name) { #expect(array.integers() == [1, 2]) }
    }
    for count in 0..<bytes.count {
      #expect(throws: NumPyError.self) { _ = try open(Array(bytes[..<count])) }
    }
  }

  @Test("Archives that NumPy wrote are read, deflated or not", arguments: ["digits_test.npz"])
  func written(name: String) throws {
    let file = try ArrayFile(path: SharedFiles.fixture("data/\(name)"))
    #expect(Set(file.names) == ["pixels", "labels"])
    let pixels = try file.array(named: "pixels")
    #expect(pixels.shape.dimensions == [360, 64])
    #expect(pixels.elementType == .uint8)
    let labels = try #require(try file.array(named: "labels").integers())
    #expect(Set(labels) == Set(0..<10))
  }

  @Test("A deflated archive survives no flipped bit unnoticed")
  func deflatedDamage() throws {
    let path = SharedFiles.fixture("data/digits_test.npz")
    let bytes = try OpenFile(path: path).bytes()
    let whole = try open(bytes)
    let expected = try whole.names.map { try whole.array(named: $0) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      var damaged = bytes
      let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
      damaged[bit / 8] ^= 1 << (bit % 8)
      guard let file = try? open(damaged) else { continue }
      for (name, array) in zip(whole.names, expected) {
        if let read = try? file.array(named: name) { #expect(read == array) }
      }
    }
  }

  @Test("What is no array file is said to be none")
  func foreign() {
    #expect(throws: NumPyError.notArrays("a.npz")) { _ = try open(Array("PK nothing".utf8)) }
    #expect(throws: NumPyError.notArrays("a.npz")) { _ = try open([]) }
  }
}

import ByteStorage
import Foundation
import ModelGraph
import TestSupport
import Testing

@testable import ONNXFormat

@Suite struct ExternalDataTests {
  private typealias Entries = [(String, String)]

  private static func model(_ tensors: [(name: String, shape: [Int64], entries: Entries)])
    -> [UInt8]
  {
    Fixture.model { graph in
      for tensor in tensors {
        graph.message(5, Fixture.external(tensor.shape, tensor.entries, name: tensor.name))
      }
    }
  }

  private static func place(_ offset: Int, _ length: Int, in file: String = "w.data") -> Entries {
    [("location", file), ("offset", "\(offset)"), ("length", "\(length)")]
  }

  @Test func gapsAndAllComeBackExactly() throws {
    let folder = try TemporaryFolder()
    let data = Fixture.bytes(300)
    try folder.write(data, to: "w.data")
    let bytes = Self.model([
      ("b", [5], Self.place(100, 20)), ("a", [3], Self.place(8, 12)), ("e", [0], Self.place(9, 0)),
    ])
    let reading = try folder.read(bytes)
    #expect(
      try reading.model.tensors.map { try $0.contents.bytes() } == [
        Array(data[100..<120]), Array(data[8..<20]), [],
      ])
    #expect(try reading.restoredFiles() == [bytes, data])
    #expect(reading.model.document?.files.map(\.path) == ["", "w.data"])
  }

  @Test func filePlacesSurvivePackingAnew() throws {
    let folder = try TemporaryFolder()
    var data = Fixture.bytes(200)
    data.replaceSubrange(20..<64, with: repeatElement(0, count: 44))
    try folder.write(data, to: "w.data")
    let bytes = Self.model([("a", [5], Self.place(0, 20)), ("b", [34], Self.place(64, 136))])
    #expect(try folder.read(bytes).repackedFiles() == [bytes, data])
  }

  @Test func wholeFileNeedsNoLength() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(20), to: "w.data")
    let fits = Self.model([("a", [4], [("location", "w.data"), ("offset", "4")])])
    #expect(
      try folder.read(fits).model.tensors[0].contents.bytes() == Array(Fixture.bytes(20)[4...]))
    let short = Self.model([("a", [4], [("location", "w.data")])])
    let error = #expect(throws: ONNXError.self) { _ = try folder.read(short) }
    #expect(error?.rule == .externalRange)
  }

  @Test(arguments: [
    ("offset", "-8"), ("offset", "+8"), ("offset", " 8"), ("offset", "0x8"), ("offset", ""),
    ("offset", "18446744073709551616"), ("offset", "9223372036854775807"), ("offset", "1e1"),
    ("offset", "260"), ("length", "8"), ("length", "-12"), ("length", "12 "),
  ])
  func malformedPlaceIsRefused(key: String, value: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(270), to: "w.data")
    var entries = Self.place(0, 12).filter { $0.0 != key }
    entries.append((key, value))
    let error = #expect(throws: ONNXError.self) {
      _ = try folder.read(Self.model([("a", [3], entries)]))
    }
    #expect(error?.rule == .externalRange)
  }

  @Test(arguments: ["../w.data", "/etc/passwd", "", "a/../../w.data", "C:\\w.data"])
  func pathOutsideIsRefused(location: String) throws {
    let error = #expect(throws: ONNXError.self) {
      _ = try TemporaryFolder().read(Self.model([("a", [3], Self.place(0, 12, in: location))]))
    }
    #expect(error?.rule == .externalPath)
  }

  @Test func missingFilesAreListedTogether() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(12), to: "there")
    let bytes = Self.model([
      ("a", [3], Self.place(0, 12, in: "one")), ("b", [3], Self.place(0, 12, in: "there")),
      ("c", [3], Self.place(0, 12, in: "two")),
    ])
    let error = #expect(throws: ONNXError.self) { _ = try folder.read(bytes) }
    #expect(error?.rule == .externalMissing)
    #expect(error?.kind == .missingInput)
    #expect(try #require(error).detail.contains("\"one\", \"two\""))
  }

  @Test func partialOverlapIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(40), to: "w.data")
    let bytes = Self.model([("a", [3], Self.place(0, 12)), ("b", [3], Self.place(8, 12))])
    let error = #expect(throws: ONNXError.self) { _ = try folder.read(bytes) }
    #expect(error?.rule == .externalOverlap)
  }

  @Test func tiedTensorsShareAHoleUntilOneChanges() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(12), to: "w.data")
    let bytes = Self.model([("a", [3], Self.place(0, 12)), ("b", [3], Self.place(0, 12))])
    let reading = try folder.read(bytes)
    #expect(try reading.restoredFiles() == [bytes, Fixture.bytes(12)])
    #expect(try reading.repackedFiles() == [bytes, Fixture.bytes(12)])
    for changed in 0..<2 {
      var model = reading.model
      let zeros = [UInt8](repeating: 0, count: 12)
      model.replaceContents(of: TensorID(changed), with: MemorySource(zeros))
      let output = try TemporaryFolder()
      let files = try ONNXModelFormat().document(for: model).files
      try output.write(files[1].restored(from: model), to: "w.data")
      let again = try output.read(files[0].restored(from: model)).model
      #expect(try again.tensors[changed].contents.bytes() == zeros)
      #expect(try again.tensors[1 - changed].contents.bytes() == Fixture.bytes(12))
    }
  }

  @Test func elementsInTwoPlacesAreRefused() throws {
    let bytes = Fixture.model { graph in
      graph.message(5) { tensor in
        Fixture.external([1], Self.place(0, 4))(&tensor)
        tensor.data(9, [0, 0, 0, 0])
      }
    }
    let error = #expect(throws: ONNXError.self) { _ = try TemporaryFolder().read(bytes) }
    #expect(error?.rule == .dataTwice)
  }

  @Test func oddKeysWarnAndRepeatedOnesAreRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(12), to: "w.data")
    let odd = Self.model([("a", [3], Self.place(0, 12) + [("basepath", "/etc")])])
    #expect(try folder.read(odd).warnings.map(\.code) == ["W-ONNX-005"])
    let twice = Self.model([("a", [3], Self.place(0, 12) + [("offset", "0")])])
    #expect(throws: ONNXError.self) { _ = try folder.read(twice) }
  }

  @Test func modelIsNotItsOwnDataFile() throws {
    let bytes = Self.model([("a", [3], Self.place(0, 12, in: "model.onnx"))])
    let error = #expect(throws: ONNXError.self) { _ = try TemporaryFolder().read(bytes) }
    #expect(error?.rule == .externalPath)
  }

  @Test func checksumIsVerifiedOnRequest() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("abcdabcdabcd".utf8), to: "w.data")
    let right = try SHA1.digest(of: MemorySource(Array("abcdabcdabcd".utf8)))
      .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    var options = ONNXModelFormat.Options()
    options.verifiesChecksums = true
    let good = Self.model([("a", [3], Self.place(0, 12) + [("checksum", right)])])
    _ = try folder.read(good, options)
    let bad = Self.model([
      ("a", [3], Self.place(0, 12) + [("checksum", String(repeating: "0", count: 40))])
    ])
    _ = try folder.read(bad)
    let error = #expect(throws: ONNXError.self) { _ = try folder.read(bad, options) }
    #expect(error?.rule == .externalChecksum)
  }

  @Test func storedDocumentFindsTensorsInDataFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(100), to: "w.data")
    let bytes = Self.model([("a", [3], Self.place(4, 12)), ("b", [3], Self.place(4, 12))])
    let model = try folder.read(bytes).model
    let document = try #require(model.document)
    let again = try ONNXModelFormat().read(document) { model[$0].contents }.model
    #expect(
      try again.tensors.map { try $0.contents.bytes() }
        == model.tensors.map {
          try $0.contents.bytes()
        })
    var broken = document
    broken.files.removeLast()
    #expect(throws: ONNXError.self) {
      _ = try ONNXModelFormat().read(broken) { model[$0].contents }
    }
  }
}

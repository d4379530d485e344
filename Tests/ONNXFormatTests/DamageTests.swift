import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import ONNXFormat

/// Every truncation and every flipped bit of small models: an error or a model, never a trap.
@Suite struct DamageTests {
  private static let inline = Fixture.model { graph in
    graph.message(1) { node in
      node.text(1, "w")
      node.text(2, "y")
      node.text(4, "If")
      node.message(5) { attribute in
        attribute.text(1, "then")
        attribute.message(6) { $0.message(5, Fixture.raw([2], .float16, [1, 2, 3, 4], name: "t")) }
        attribute.int(20, 5)
      }
    }
    graph.message(5, Fixture.raw([4, 5], .float32, Fixture.bytes(80)))
    graph.message(11) { value in
      value.text(1, "x")
      value.message(2) { type in
        type.message(1) { tensor in
          tensor.int(1, 1)
          tensor.message(2) { shape in shape.message(1) { $0.text(2, "n") } }
        }
      }
    }
    graph.message(15) { sparse in
      sparse.message(1, Fixture.raw([1], .float32, [0, 0, 0, 64], name: "s"))
      sparse.message(2) { tensor in
        Fixture.describe(&tensor, [1], .int64, name: "i")
        tensor.packed(7, [3])
      }
      sparse.int(3, 4)
    }
  }

  private static let external = Fixture.model { graph in
    graph.message(
      5,
      Fixture.external([5], [("location", "w.data"), ("offset", "4"), ("length", "20")]))
  }

  /// Reads damaged bytes; what is read must come back as it was.
  private func read(_ bytes: [UInt8], _ folder: TemporaryFolder) throws -> Bool {
    do {
      let reading = try folder.read(bytes)
      #expect(try reading.restoredFiles().first == bytes)
      _ = try reading.repackedFiles()
      return true
    } catch is any DiagnosticError {
      return false
    }
  }

  @Test(arguments: [inline, external]) func truncatedModelIsRefusedOrSound(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(30), to: "w.data")
    #expect(try read(bytes, folder))
    let sound = try (0..<bytes.count).filter { try read(Array(bytes[..<$0]), folder) }
    #expect(sound.isEmpty)
  }

  @Test(arguments: [inline, external]) func flippedBitIsRefusedOrSound(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(30), to: "w.data")
    var refused = 0
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      if try !read(damaged, folder) { refused += 1 }
    }
    #expect(refused > bytes.count)
  }

  @Test(arguments: [inline]) func damagedTemplateIsRefusedOrSound(bytes: [UInt8]) throws {
    let model = try TemporaryFolder().read(bytes).model
    let document = try #require(model.document)
    let literal = try document.files[0].literal.bytes()
    for bit in 0..<literal.count * 8 {
      var damaged = literal
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      var copy = document
      copy.files[0].literal = MemorySource(damaged)
      _ = try? ONNXModelFormat().read(copy) { model[$0].contents }
    }
    for position in -1...literal.count + 1 {
      var copy = document
      copy.files[0].holes[0].position = position
      let accepted = (try? ONNXModelFormat().read(copy) { model[$0].contents }) != nil
      #expect(accepted == (position == document.files[0].holes[0].position))
    }
  }

  @Test func nestedGraphsAreRefusedWithoutRecursion() throws {
    // Lengths are built inside out; each level adds a graph, a node and an attribute.
    var inner: [UInt8] = []
    for level in 0..<9000 {
      let tag = [0x32, 0x2A, 0x0A][level % 3] as UInt8
      inner = [tag] + WireBytes.varint(UInt64(inner.count)) + inner
    }
    let bytes = WireBytes { model in
      model.int(1, 10)
      model.data(7, inner)
    }.bytes
    #expect(throws: (any Error).self) { _ = try TemporaryFolder().read(bytes) }
  }
}

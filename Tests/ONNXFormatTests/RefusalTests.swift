import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import ONNXFormat

@Suite struct RefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rule: ONNXError.Rule
    let bytes: [UInt8]

    init(_ name: String, _ rule: ONNXError.Rule, _ bytes: [UInt8]) {
      testDescription = name
      self.rule = rule
      self.bytes = bytes
    }
  }

  private static func tensor(
    _ shape: [Int64], _ type: Int64 = 1, _ data: (inout WireBytes) -> Void
  ) -> [UInt8] {
    Fixture.tensorModel { tensor in
      for size in shape { tensor.int(1, size) }
      tensor.int(2, type)
      tensor.text(8, "w")
      data(&tensor)
    }
  }

  static let tensors = [
    Case("negative dimension", .shape, tensor([-1]) { $0.data(9, [0, 0, 0, 0]) }),
    Case("product of 2^64", .shape, tensor([1 << 32, 1 << 32]) { _ in }),
    Case("bytes beyond 64 bits", .shape, tensor([1 << 62]) { $0.data(9, []) }),
    Case("rank 17", .shape, tensor([Int64](repeating: 1, count: 17)) { $0.data(9, [0, 0, 0, 0]) }),
    Case("too few raw bytes", .dataSize, tensor([2]) { $0.data(9, [0, 0, 0, 0]) }),
    Case("too many raw bytes", .dataSize, tensor([2]) { $0.data(9, Fixture.bytes(400)) }),
    Case("half an element", .dataSize, tensor([1]) { $0.data(9, [0, 0]) }),
    Case("data type 0", .elementType, tensor([1], 0) { $0.data(9, [0, 0, 0, 0]) }),
    Case("data type 99", .elementType, tensor([1], 99) { $0.data(9, [0, 0, 0, 0]) }),
    Case("data type -1", .elementType, tensor([1], -1) { $0.data(9, [0, 0, 0, 0]) }),
    Case(
      "raw_data and float_data", .dataTwice,
      tensor([1]) { tensor in
        tensor.data(4, [0, 0, 0, 0])
        tensor.data(9, [0, 0, 0, 0])
      }),
    Case(
      "raw_data twice", .dataTwice,
      tensor([1]) { tensor in
        tensor.data(9, [0, 0, 0, 0])
        tensor.data(9, [0, 0, 0, 0])
      }),
    Case("int64_data for floats", .dataField, tensor([1]) { $0.packed(7, [1]) }),
    Case(
      "two fields of elements", .dataField,
      tensor([1]) { tensor in
        tensor.data(4, [0, 0, 0, 0])
        tensor.packed(7, [1])
      }),
    Case("too few floats", .dataSize, tensor([2]) { $0.data(4, [0, 0, 0, 0]) }),
    Case("too many floats", .dataSize, tensor([1]) { $0.data(4, Fixture.bytes(8)) }),
    Case("too few int64s", .dataSize, tensor([2], 7) { $0.packed(7, [1]) }),
    Case("a packed number that does not end", .dataValue, tensor([1], 7) { $0.data(7, [0x80]) }),
    Case("no data", .dataSize, tensor([1]) { _ in }),
    Case("data for an empty shape", .dataSize, tensor([0]) { $0.data(9, [0, 0, 0, 0]) }),
    Case("strings in raw_data", .dataField, tensor([1], 8) { $0.data(9, [0]) }),
    Case("strings for floats", .dataField, tensor([1]) { $0.text(6, "1") }),
    Case("too few strings", .dataSize, tensor([2], 8) { $0.text(6, "1") }),
    Case(
      "strings beside numbers", .dataTwice,
      tensor([1]) { tensor in
        tensor.data(9, [0, 0, 0, 0])
        tensor.text(6, "1")
      }),
    Case(
      "a segment", .segment,
      tensor([1]) { tensor in
        tensor.data(9, [0, 0, 0, 0])
        tensor.message(3) { $0.int(1, 0) }
      }),
    Case("an unknown data location", .dataField, tensor([1]) { $0.int(14, 2) }),
  ]

  private static func sparse(
    _ places: [Int64], indexShape: [Int64], shape: [Int64], values: Int = 2,
    type: ElementType = .int64
  ) -> [UInt8] {
    Fixture.model { graph in
      graph.message(15) { sparse in
        sparse.message(
          1, Fixture.raw([Int64(values)], .float32, Fixture.bytes(4 * values), name: "s"))
        sparse.message(2) { tensor in
          Fixture.describe(&tensor, indexShape, type, name: "i")
          tensor.packed(type == .int64 ? 7 : 5, places)
        }
        for size in shape { sparse.int(3, size) }
      }
    }
  }

  static let sparseTensors = [
    Case("index beyond the shape", .sparseTensor, sparse([0, 4], indexShape: [2], shape: [2, 2])),
    Case("negative index", .sparseTensor, sparse([-1, 1], indexShape: [2], shape: [2, 2])),
    Case("index twice", .sparseTensor, sparse([1, 1], indexShape: [2], shape: [2, 2])),
    Case("decreasing indices", .sparseTensor, sparse([2, 1], indexShape: [2], shape: [2, 2])),
    Case(
      "coordinates that decrease", .sparseTensor,
      sparse([1, 0, 0, 1], indexShape: [2, 2], shape: [2, 2])),
    Case(
      "a coordinate beyond its axis", .sparseTensor,
      sparse([0, 0, 0, 2], indexShape: [2, 2], shape: [2, 2])),
    Case(
      "coordinates of another rank", .sparseTensor,
      sparse([0, 0, 0, 1, 1, 1], indexShape: [2, 3], shape: [2, 2])),
    Case("fewer indices than values", .sparseTensor, sparse([0], indexShape: [1], shape: [4])),
    Case("more values than places", .sparseTensor, sparse([0, 1], indexShape: [2], shape: [1])),
    Case(
      "indices of 32 bits", .sparseTensor,
      sparse([0, 1], indexShape: [2], shape: [4], type: .int32)),
    Case("negative dimension", .shape, sparse([0, 1], indexShape: [2], shape: [-4])),
  ]

  private static func attribute(_ build: @escaping (inout WireBytes) -> Void) -> [UInt8] {
    Fixture.model { graph in
      graph.message(1) { node in
        node.text(4, "Op")
        node.message(5) { attribute in
          attribute.text(1, "a")
          build(&attribute)
        }
      }
    }
  }

  static let graphs = [
    Case("no graph", .noGraph, [0x08, 10]),
    Case("no IR version", .formatVersion, WireBytes { $0.message(7) { _ in } }.bytes),
    Case("IR version 0", .formatVersion, Fixture.model(version: 0) { _ in }),
    Case("negative IR version", .formatVersion, Fixture.model(version: -1) { _ in }),
    Case("IR version 2^31", .formatVersion, Fixture.model(version: 1 << 31) { _ in }),
    Case("operator set 0", .operatorSet, Fixture.model(operatorSet: 0) { _ in }),
    Case("operator set 10^9", .operatorSet, Fixture.model(operatorSet: 1_000_000_000) { _ in }),
    Case(
      "no operator set", .operatorSet,
      WireBytes { model in
        model.int(1, 10)
        model.message(7) { _ in }
      }.bytes),
    Case(
      "two versions of a domain", .operatorSet,
      Fixture.model { _ in } + WireBytes { $0.message(8) { $0.int(2, 17) } }.bytes),
    Case(
      "two initializers of one name", .initializerName,
      Fixture.model { graph in
        for _ in 0..<2 { graph.message(5, Fixture.raw([1], .float32, [0, 0, 0, 0])) }
      }),
    Case(
      "an initializer without a name", .initializerName,
      Fixture.model { graph in
        graph.message(5, Fixture.raw([1], .float32, [0, 0, 0, 0], name: ""))
      }),
    Case(
      "two nodes that make one value", .outputName,
      Fixture.model { graph in
        for _ in 0..<2 { graph.message(1) { $0.text(2, "y") } }
      }),
    Case(
      "a node that makes an initializer anew", .outputName,
      Fixture.model { graph in
        graph.message(5, Fixture.raw([1], .float32, [0, 0, 0, 0], name: "y"))
        graph.message(1) { $0.text(2, "y") }
      }),
    Case(
      "a node that makes an input anew", .outputName,
      Fixture.model { graph in
        graph.message(11) { $0.text(1, "y") }
        graph.message(1) { $0.text(2, "y") }
      }),
    Case(
      "an attribute of another type", .attribute,
      attribute { attribute in
        attribute.int(3, 1)
        attribute.int(20, 1)
      }),
    Case(
      "an attribute with two values", .attribute,
      attribute { attribute in
        attribute.int(3, 1)
        attribute.text(4, "s")
        attribute.int(20, 2)
      }),
    Case(
      "an attribute with a value and a reference", .attribute,
      attribute { attribute in
        attribute.int(3, 1)
        attribute.text(21, "outer")
        attribute.int(20, 2)
      }),
    Case(
      "a sparse tensor without indices", .sparseTensor,
      Fixture.model { graph in
        graph.message(15) { $0.message(1, Fixture.raw([1], .float32, [0, 0, 0, 0])) }
      }),
  ]

  @Test(arguments: tensors + sparseTensors + graphs)
  func brokenRuleIsNamed(refused: Case) throws {
    let error = #expect(throws: ONNXError.self) {
      _ = try TemporaryFolder().read(refused.bytes)
    }
    #expect(error?.rule == refused.rule, "\(error?.description ?? "")")
    #expect(error?.kind == .malformedData)
  }

  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid", "Git LFS"), ("<!DOCTYPE html>", "HTML"),
    ("PK\u{3}\u{4}aaaa", "zip"), ("GGUF\u{3}\0\0\0", "GGUF"), ("\0\0\0\0TFL3", "TFLite"),
    ("a long line of plain text", "text"), ("\u{0}\u{0}\u{0}\u{0}\u{0}", "zeros"),
    ("@\0\0\0\0\0\0\0{\"a\":", "safetensors"),
  ])
  func foreignFileIsRecognised(text: String, word: String) throws {
    let error = #expect(throws: ONNXError.self) {
      _ = try TemporaryFolder().read(Array(text.utf8))
    }
    #expect(error?.rule == .foreignFormat)
    #expect(try #require(error).detail.contains(word))
    #expect(!ONNXModelFormat().recognizes(prefix: Array(text.utf8)))
  }

  @Test func modelIsRecognised() {
    #expect(ONNXModelFormat().recognizes(prefix: Fixture.model { _ in }))
    #expect(!ONNXModelFormat().recognizes(prefix: []))
  }

  @Test func emptyFileIsRefused() throws {
    let error = #expect(throws: ONNXError.self) { _ = try TemporaryFolder().read([]) }
    #expect(error?.rule == .emptyFile)
  }

  @Test func codesAreUniqueAndFilled() {
    let codes = ONNXError.Rule.allCases.map { ONNXError($0, "").code }
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { $0.count == "E-ONNX-000".count })
  }
}

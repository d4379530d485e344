import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct ContentTests {
  private let folder = TemporaryFolder()

  private func tensor(_ type: ElementType, _ count: Int, _ bytes: [UInt8]) throws -> Tensor {
    Tensor(
      name: "t", elementType: type, shape: try #require(Shape([count])),
      contents: MemorySource(bytes))
  }

  private func statistics(_ tensor: Tensor) throws -> ContentStatistics {
    try #require(try ContentStatistics(of: tensor, .init(histogram: true, digest: true)))
  }

  private func floats(_ values: [Float]) throws -> Tensor {
    try tensor(
      .float32, values.count,
      values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
  }

  @Test("NaN and infinities are counted apart, zeros are no part of a histogram")
  func oddNumbers() throws {
    let found = try statistics(
      floats([0, -0.0, 1, 2, -4, .nan, .infinity, -.infinity, .leastNonzeroMagnitude]))
    #expect(found.zeros == 2)
    #expect(found.numbers?.notNumbers == 1)
    #expect(found.numbers?.infinities == 2)
    #expect(found.numbers?.minimum == -4)
    #expect(found.numbers?.maximum == 2)
    #expect(found.histogram?.counts.reduce(0, +) == 4)
    #expect(found.distinct == 9)
  }

  @Test("A histogram is what a naive one counts, to a bin's edge")
  func histogram() throws {
    var random = SeededGenerator(seed: 1)
    // Eighths are exact in the first 16 bits of a Float.
    let values = (0..<20_000).map { _ in Float(Int.random(in: -64...64, using: &random)) / 8 }
    let histogram = try #require(try statistics(floats(values)).histogram)
    #expect(histogram.low == -8 && histogram.high == 8)
    var naive = Array(repeating: 0, count: histogram.counts.count)
    let width = (histogram.high - histogram.low) / Double(naive.count)
    for value in values where value != 0 {
      naive[min(Int((Double(value) - histogram.low) / width), naive.count - 1)] += 1
    }
    #expect(histogram.counts == naive)
  }

  @Test("A single outlier does not stretch a histogram")
  func outliers() throws {
    let values = (0..<5000).map { Float($0 % 100 + 1) } + [1e30]
    let found = try statistics(floats(values))
    #expect(found.histogram?.high == 100)
    #expect(found.numbers?.maximum == 1e30)
    #expect(found.histogram?.counts.reduce(0, +) == values.count)
  }

  @Test("Bins of integers hold equally many integers")
  func integers() throws {
    let all = try statistics(tensor(.int8, 256, (0...255).map { UInt8($0) }))
    let histogram = try #require(all.histogram)
    #expect(histogram.low == -128)
    #expect(Set(histogram.counts.dropLast()).isSubset(of: [6, 5]), "zero is left out of one")
    #expect(histogram.counts.reduce(0, +) == 255)
    #expect(all.numbers?.minimum == -128 && all.numbers?.maximum == 127)
  }

  @Test("Elements smaller than a byte are counted one by one")
  func packed() throws {
    let nibbles = try statistics(tensor(.int4, 5, [0xF0, 0x78, 0x00]))
    #expect(nibbles.zeros == 2)
    #expect(nibbles.numbers?.minimum == -8 && nibbles.numbers?.maximum == 7)
    #expect(nibbles.distinct == 4)
    let pairs = try statistics(tensor(.uint2, 3, [0b11_01_00]))
    #expect(pairs.zeros == 1 && pairs.numbers?.maximum == 3)
    // 0x1F is the largest code of E2M3 (7.5), 0x20 is negative zero.
    let sixes = try statistics(tensor(.float6E2M3, 4, [0x1F | 0x20 << 6 & 0xFF, 0x20 >> 2, 0]))
    #expect(sixes.zeros == 3 && sixes.numbers?.maximum == 7.5)
  }

  @Test("Codes that look like negative zero are none where the format has none")
  func unsignedZeros() throws {
    #expect(try statistics(tensor(.float8E8M0, 2, [0, 0x80])).zeros == 0)
    let unsigned = try statistics(tensor(.float8E4M3FNUZ, 2, [0, 0x80]))
    #expect(unsigned.zeros == 1 && unsigned.numbers?.notNumbers == 1)
    #expect(try statistics(tensor(.float8E4M3FN, 2, [0, 0x80])).zeros == 2)
  }

  @Test("The least 64-bit number is not zero, the largest not infinite")
  func wideNumbers() throws {
    let values = [Double.leastNonzeroMagnitude, .greatestFiniteMagnitude, 0, -0.0]
    let found = try statistics(
      tensor(
        .float64, 4,
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }))
    #expect(found.zeros == 2)
    #expect(found.numbers?.infinities == 0)
    #expect(found.numbers?.maximum == Float.greatestFiniteMagnitude)
  }

  @Test("Every type with numbers has a table of them", arguments: ElementType.allCases)
  func tables(type: ElementType) throws {
    guard let width = type.bitWidth, width <= 16 else {
      return #expect(NarrowNumbers(type) == nil)
    }
    let table = try #require(NarrowNumbers(type)).values
    #expect(table.count == 1 << width)
    let known: [ElementType: (code: Int, number: Double)] = [
      .float4E2M1: (0b1111, -6), .float8E5M2: (0x7C, .infinity), .float8E4M3FN: (0x7E, 448),
      .float16: (0x3C00, 1), .bfloat16: (0xBF80, -1), .int2: (2, -2), .uint4: (15, 15),
      .float6E3M2: (0x3F, -28), .float8E8M0: (128, 2), .bool: (1, 1), .int16: (0x8000, -32768),
    ]
    if let (code, number) = known[type] { #expect(table[code] == number) }
  }

  @Test("Equal tensors are found, those of another shape or type are none")
  func duplicates() throws {
    let raw: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    let tensors = [
      ONNXBytes.tensor("a", dims: [2], raw: raw), ONNXBytes.tensor("b", dims: [1, 2], raw: raw),
      ONNXBytes.tensor("c", dims: [2], raw: raw),
      ONNXBytes.tensor("d", type: 6, dims: [2], raw: raw),
      ONNXBytes.tensor("e", dims: [2], raw: raw.reversed()),
      ONNXBytes.tensor("f", dims: [1, 2], raw: raw), ONNXBytes.tensor("g", dims: [2], raw: raw),
    ]
    let path = folder.write(
      ONNXBytes.model(tensors, names: ["a", "b", "c", "d", "e", "f", "g"]), to: "model.onnx")
    var inspection = Inspection(path: path)
    #expect(try inspection.run().duplicates == nil, "contents were not asked for")
    inspection.countsZeros = true
    let found = try #require(try inspection.run().duplicates)
    #expect(found.map(\.tensors) == [["a", "c", "g"], ["b", "f"]])
    #expect(found.map(\.wastedBytes) == [16, 8])
  }

  @Test("A model whose data file is missing has sizes, and no statistics")
  func missingData() throws {
    let source = SharedFiles.fixture("models/cnn_external.onnx")
    let path = folder.write(try OpenFile(path: source).bytes(), to: "model.onnx")
    var inspection = Inspection(path: path)
    inspection.page = folder.file("report.html")
    let found = try inspection.run()
    let whole = try Inspection(path: source).run()
    #expect(found.tensors.map(\.bytes) == whole.tensors.map(\.bytes))
    #expect(found.parameters == whole.parameters)
    #expect(found.operations.total == whole.operations.total)
    let missing = try #require(found.missingFiles.first)
    #expect(missing.file == "cnn_external.onnx.data")
    #expect(missing.tensors > 0 && missing.bytes > 0 && missing.bytes <= found.tensorBytes)
    #expect(found.tensors.filter { $0.zeros == nil }.reduce(0) { $0 + $1.bytes } == missing.bytes)
    #expect(whole.missingFiles.isEmpty)
    let conversion = Conversion(input: path, output: folder.file("out.spm"))
    #expect(throws: (any Error).self) { try conversion.run() }
    #expect(folder.names() == ["model.onnx", "report.html"])
  }
}

import ByteStorage
import ModelGraph
import Testing

@testable import Pruning

/// Little models for tests: tensors by name, nodes in a line.
struct ModelMaker {
  var tensors: [Tensor] = []
  var graph = Graph(role: .main)
  var others: [Graph] = []
  var functions: [Function] = []

  /// Adds an initializer to the main graph.
  @discardableResult
  mutating func add(_ tensor: Tensor) -> TensorID {
    let id = hold(tensor)
    graph.initializers.append(id)
    return id
  }

  /// Adds a tensor to the table only.
  mutating func hold(_ tensor: Tensor) -> TensorID {
    tensors.append(tensor)
    return TensorID(tensors.count - 1)
  }

  /// Adds a node to the main graph.
  mutating func node(
    _ type: ByteString, _ inputs: [ByteString], _ outputs: [ByteString],
    _ attributes: [Attribute] = [], domain: ByteString = "", name: ByteString = ""
  ) {
    graph.nodes.append(
      Node(
        name: name, operatorType: type, domain: domain, inputs: inputs, outputs: outputs,
        attributes: attributes))
  }

  var model: Model { Model(graphs: [graph] + others, tensors: tensors, functions: functions) }
}

extension Attribute {
  static func int(_ name: ByteString, _ value: Int) -> Attribute {
    Attribute(name: name, value: .int(Int64(value)))
  }

  static func ints(_ name: ByteString, _ values: [Int]) -> Attribute {
    Attribute(name: name, value: .ints(values.map(Int64.init)))
  }
}

extension Tensor {
  /// A float32 tensor.
  static func floats(_ name: ByteString, _ dimensions: [Int], _ values: [Float]) throws -> Tensor {
    Tensor(
      name: name, elementType: .float32, shape: try #require(Shape(dimensions)),
      contents: MemorySource(values.flatMap { littleEndian($0.bitPattern) }))
  }

  /// A float32 tensor of distinct values.
  static func counting(_ name: ByteString, _ dimensions: [Int]) throws -> Tensor {
    let count = dimensions.reduce(1, *)
    return try .floats(name, dimensions, (0..<count).map { Float($0 + 1) })
  }

  /// A tensor of packed bytes.
  static func bytes(
    _ name: ByteString, _ type: ElementType, _ dimensions: [Int], _ bytes: [UInt8]
  ) throws -> Tensor {
    Tensor(
      name: name, elementType: type, shape: try #require(Shape(dimensions)),
      contents: MemorySource(bytes))
  }

  /// An int64 tensor such as a shape.
  static func int64s(_ name: ByteString, _ values: [Int64]) throws -> Tensor {
    try .bytes(
      name, .int64, [values.count], values.flatMap { littleEndian(UInt64(bitPattern: $0)) })
  }

  /// The values of a float32 tensor.
  func floatValues() throws -> [Float] {
    try contents.bytes().withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { index in
        let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}

/// The bytes of an integer, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

extension Mask {
  var bools: [Bool] { (0..<count).map { self[$0] } }
}

extension WeightStream {
  /// A float32 weight by itself.
  init(floats: [Float], tensor: Int = 0) throws {
    let weight = try Tensor.floats("w", [floats.count], floats)
    let model = Model(
      graphs: [Graph(role: .main)], tensors: Array(repeating: weight, count: tensor + 1))
    self.init(TensorID(tensor), of: model, quantization: nil)
  }
}

/// The rule of magnitudes.
let magnitudes = KeyRule(criterion: MagnitudeCriterion(), seed: 0)

/// The keys of floats, written down anew.
func naiveKeys(_ values: [Float]) -> [Double] {
  values.map { value in
    if value.isNaN { return .infinity }
    return value.isInfinite ? .greatestFiniteMagnitude : Double(abs(value))
  }
}

/// What a stable sort prunes: the `count` first of all in the order of keys.
func naiveLowest(_ keys: [Double], _ count: Int) -> [Bool] {
  let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
  var mask = keys.map { _ in false }
  for index in order.prefix(count) { mask[index] = true }
  return mask
}

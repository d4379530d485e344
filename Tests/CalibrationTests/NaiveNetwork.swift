import ByteStorage
import Inference
import ModelGraph

@testable import Calibration

/// Runs products, sums and rectifiers in the plainest way.
final class NaiveRunner: PartRunner {
  private var model: Model?
  /// How many parts were taken.
  private(set) var loadCount = 0

  func load(_ part: Model) {
    model = part
    loadCount += 1
  }

  func run(_ inputs: [String: NumericArray], outputs: [String]) throws -> [String: NumericArray] {
    guard let model else { return [:] }
    var values: [ByteString: (sizes: [Int], numbers: [Double])] = [:]
    for id in model[.main].initializers {
      values[model[id].name] = (model[id].shape.dimensions, try model[id].doubles())
    }
    for (name, array) in inputs {
      values[ByteString(name)] = (array.shape.dimensions, array.doubles() ?? [])
    }
    for node in model[.main].nodes {
      let given = node.inputs.compactMap { values[$0] }
      guard given.count == node.inputs.count else { throw MissingInput(node: node.name) }
      values[node.outputs[0]] = Self.result(node, given)
    }
    return Dictionary(
      uniqueKeysWithValues: outputs.compactMap { name in
        values[ByteString(name)].flatMap { value in
          NumericArray(value.numbers.map(Float.init), dimensions: value.sizes).map { (name, $0) }
        }
      })
  }

  private static func result(
    _ node: Node, _ given: [(sizes: [Int], numbers: [Double])]
  ) -> (sizes: [Int], numbers: [Double]) {
    let (first, second) = (given[0], given.count > 1 ? given[1] : given[0])
    switch node.operatorType {
    case "Relu": return (first.sizes, first.numbers.map { max(0, $0) })
    case "Add":
      return (
        first.sizes,
        first.numbers.indices.map { first.numbers[$0] + second.numbers[$0 % second.numbers.count] }
      )
    case "MatMul", "Gemm":
      let (inner, columns) = (second.sizes[0], second.sizes[1])
      var numbers = [Double](repeating: 0, count: first.sizes[0] * columns)
      for row in 0..<first.sizes[0] {
        for column in 0..<columns {
          for place in 0..<inner {
            numbers[row * columns + column] +=
              first.numbers[row * inner + place] * second.numbers[place * columns + column]
          }
          if given.count > 2 { numbers[row * columns + column] += given[2].numbers[column] }
        }
      }
      return ([first.sizes[0], columns], numbers)
    default: return first
    }
  }

  struct MissingInput: Error {
    let node: ByteString
  }
}

/// Reproducible numbers between -1 and 1.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 52) - 1
  }

  mutating func list(_ count: Int) -> [Double] { (0..<count).map { _ in next() } }
}

/// Builds graphs node by node.
struct NetworkBuilder {
  private var tensors: [Tensor] = []
  private var nodes: [Node] = []
  private var numbers = TestNumbers(seed: 11)

  mutating func constant(_ name: ByteString, _ sizes: [Int], _ type: ElementType = .float32) {
    guard let shape = Shape(sizes) else { return }
    let contents = NumericArray.packed(numbers.list(shape.elementCount), type)
    tensors.append(
      Tensor(name: name, elementType: type, shape: shape, contents: MemorySource(contents)))
  }

  mutating func node(
    _ type: ByteString, _ inputs: [ByteString], _ output: ByteString,
    _ attributes: [ByteString: AttributeValue] = [:]
  ) {
    var node = Node(name: output, operatorType: type, inputs: inputs, outputs: [output])
    node.attributes = attributes.map { Attribute(name: $0, value: $1) }
    nodes.append(node)
  }

  func model(inputs: [ByteString] = ["x"], outputs: [ByteString] = ["y"]) -> Model {
    Model(
      graphs: [
        Graph(
          role: .main, nodes: nodes,
          inputs: inputs.map { Value(name: $0, type: .tensor(.float32, [.unknown, .fixed(12)])) },
          outputs: outputs.map { Value(name: $0) }, initializers: tensors.indices.map(TensorID.init)
        )
      ], tensors: tensors, operatorSets: [OperatorSet(domain: "", version: 17)])
  }
}

extension Model {
  /// Two layers of a residual block between a first and a last layer.
  static var residualNetwork: Model {
    var builder = NetworkBuilder()
    for (name, sizes) in [
      ("w0", [12, 20]), ("w1", [20, 24]), ("w2", [24, 20]), ("w3", [20, 16]),
    ] {
      builder.constant(ByteString(name), sizes)
    }
    for (name, size) in [("b0", 20), ("b1", 24), ("b2", 20)] {
      builder.constant(ByteString(name), [size])
    }
    builder.node("Gemm", ["x", "w0", "b0"], "h0")
    builder.node("Relu", ["h0"], "r0")
    builder.node("Gemm", ["r0", "w1", "b1"], "h1")
    builder.node("Relu", ["h1"], "r1")
    builder.node("MatMul", ["r1", "w2"], "p2")
    builder.node("Add", ["p2", "b2"], "h2")
    builder.node("Add", ["h2", "r0"], "s")
    builder.node("Relu", ["s"], "r2")
    builder.node("Gemm", ["r2", "w3"], "y")
    return builder.model()
  }
}

extension CalibrationFeed {
  /// Samples of twelve numbers, in chunks of a size; in another order when an order is given.
  static func numbers(_ count: Int, chunk: Int, order: [Int]? = nil) -> CalibrationFeed {
    var numbers = TestNumbers(seed: 5)
    let rows = (0..<count).map { _ in numbers.list(12).map(Float.init) }
    let sorted = (order ?? Array(0..<count)).map { rows[$0] }
    let starts = Array(stride(from: 0, to: count, by: chunk))
    return CalibrationFeed(sampleCount: count, chunkCount: starts.count) { index in
      let part = sorted[starts[index]..<min(count, starts[index] + chunk)]
      return NumericArray(part.flatMap(\.self), dimensions: [part.count, 12]).map { ["x": $0] }
        ?? [:]
    }
  }
}

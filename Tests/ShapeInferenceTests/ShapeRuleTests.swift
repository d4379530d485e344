import ByteStorage
import ModelGraph
import Testing

@testable import ShapeInference

private let empty = Model(graphs: [Graph(role: .main)], tensors: [])

private func floats(_ shape: [Int]) -> TensorFacts {
  TensorFacts(elementType: .float32, shape: shape)
}

private func numbers(_ values: [Int]) -> TensorFacts {
  TensorFacts(elementType: .int64, shape: [values.count], elements: .integers(values))
}

private func infer(
  _ name: ByteString, _ inputs: [TensorFacts?], _ attributes: [(ByteString, AttributeValue)] = [],
  outputs: Int = 1, version: Int = 18
) throws(ShapeError) -> [TensorFacts?] {
  let node = Node(
    operatorType: name, inputs: inputs.map { $0 == nil ? "" : "v" },
    outputs: (0..<outputs).map { ByteString("o\($0)") },
    attributes: attributes.map { Attribute(name: $0, value: $1) })
  return try ShapeRules.infer(
    OperatorCall(node: node, version: version, inputs: inputs, model: empty))
}

/// A call and the shape its first output must have; nil when it must be refused.
struct ShapeCase: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [TensorFacts?]
  var attributes: [(ByteString, AttributeValue)] = []
  let shape: [Int]?

  var description: String { "\(name) \(inputs.map { $0?.shape ?? [] }) -> \(shape ?? [])" }
}

@Suite struct ShapeRuleTests {
  static let cases: [ShapeCase] = [
    ShapeCase(name: "Add", inputs: [floats([2, 1, 4]), floats([3, 1])], shape: [2, 3, 4]),
    ShapeCase(name: "Add", inputs: [floats([2, 3]), floats([4, 3])], shape: nil),
    ShapeCase(name: "MatMul", inputs: [floats([5, 2, 3]), floats([3, 4])], shape: [5, 2, 4]),
    ShapeCase(name: "MatMul", inputs: [floats([3]), floats([3])], shape: []),
    ShapeCase(name: "MatMul", inputs: [floats([2, 3]), floats([4, 5])], shape: nil),
    ShapeCase(
      name: "Gemm", inputs: [floats([3, 2]), floats([5, 3])],
      attributes: [("transA", .int(1)), ("transB", .int(1))], shape: [2, 5]),
    ShapeCase(
      name: "Conv", inputs: [floats([1, 3, 8, 8]), floats([6, 3, 3, 3])],
      attributes: [("strides", .ints([2, 2])), ("pads", .ints([1, 1, 1, 1]))],
      shape: [1, 6, 4, 4]),
    ShapeCase(
      name: "Conv", inputs: [floats([1, 4, 9]), floats([8, 2, 3])],
      attributes: [("group", .int(2)), ("dilations", .ints([2]))], shape: [1, 8, 5]),
    ShapeCase(
      name: "Conv", inputs: [floats([1, 3, 7, 7]), floats([6, 3, 3, 3])],
      attributes: [("auto_pad", .string("SAME_UPPER")), ("strides", .ints([2, 2]))],
      shape: [1, 6, 4, 4]),
    ShapeCase(name: "Conv", inputs: [floats([1, 3, 8, 8]), floats([6, 4, 3, 3])], shape: nil),
    ShapeCase(
      name: "Conv", inputs: [floats([1, 3, 8, 8]), floats([6, 3, 3, 3])],
      attributes: [("group", .int(0))], shape: nil),
    ShapeCase(
      name: "ConvTranspose", inputs: [floats([1, 4, 5, 5]), floats([4, 3, 2, 2])],
      attributes: [("strides", .ints([2, 2])), ("output_padding", .ints([1, 0]))],
      shape: [1, 3, 11, 10]),
    ShapeCase(
      name: "MaxPool", inputs: [floats([1, 2, 5, 5])],
      attributes: [
        ("kernel_shape", .ints([2, 2])), ("strides", .ints([2, 2])), ("ceil_mode", .int(1)),
      ], shape: [1, 2, 3, 3]),
    ShapeCase(name: "Reshape", inputs: [floats([2, 3, 4]), numbers([0, -1])], shape: [2, 12]),
    ShapeCase(name: "Reshape", inputs: [floats([2, 3, 4]), numbers([5, -1])], shape: nil),
    ShapeCase(name: "Reshape", inputs: [floats([2, 3]), numbers([-1, -1])], shape: nil),
    ShapeCase(
      name: "Slice", inputs: [floats([10]), numbers([-3]), numbers([.max])], shape: [3]),
    ShapeCase(
      name: "Slice",
      inputs: [floats([10]), numbers([-1]), numbers([.min]), numbers([0]), numbers([-1])],
      shape: [10]),
    ShapeCase(
      name: "Slice",
      inputs: [floats([10]), numbers([1]), numbers([9]), numbers([0]), numbers([3])], shape: [3]),
    ShapeCase(
      name: "Slice",
      inputs: [floats([10]), numbers([1]), numbers([9]), numbers([0]), numbers([0])], shape: nil),
    ShapeCase(
      name: "Split", inputs: [floats([7])], attributes: [("num_outputs", .int(2))], shape: [4]),
    ShapeCase(name: "Split", inputs: [floats([7]), numbers([2, 4])], shape: nil),
    ShapeCase(
      name: "Concat", inputs: [floats([2, 3]), floats([2, 5])], attributes: [("axis", .int(-1))],
      shape: [2, 8]),
    ShapeCase(
      name: "Pad", inputs: [floats([2, 3]), numbers([0, 1, 0, 2])], shape: [2, 6]),
    ShapeCase(name: "Unsqueeze", inputs: [floats([2]), numbers([0, -1])], shape: [1, 2, 1]),
    ShapeCase(name: "Squeeze", inputs: [floats([1, 2, 1])], shape: [2]),
    ShapeCase(name: "Squeeze", inputs: [floats([1, 2]), numbers([1])], shape: nil),
    ShapeCase(name: "Expand", inputs: [floats([2, 1]), numbers([3, 1, 4])], shape: [3, 2, 4]),
    ShapeCase(name: "Tile", inputs: [floats([2, 3]), numbers([1, .max])], shape: nil),
    ShapeCase(
      name: "ReduceMean", inputs: [floats([2, 3, 4]), numbers([-1, 0])],
      attributes: [("keepdims", .int(0))], shape: [3]),
    ShapeCase(
      name: "Einsum", inputs: [floats([2, 5, 3]), floats([2, 3, 4])],
      attributes: [("equation", .string("...ij,...jk->...ik"))], shape: [2, 5, 4]),
    ShapeCase(
      name: "Einsum", inputs: [floats([2, 3]), floats([3, 4])],
      attributes: [("equation", .string("ij,jk"))], shape: [2, 4]),
    ShapeCase(
      name: "Gather", inputs: [floats([9, 4]), TensorFacts(elementType: .int64, shape: [2, 3])],
      shape: [2, 3, 4]),
    ShapeCase(
      name: "GatherND",
      inputs: [floats([4, 5, 6]), TensorFacts(elementType: .int64, shape: [7, 2])],
      shape: [7, 6]),
    ShapeCase(
      name: "DepthToSpace", inputs: [floats([1, 8, 2, 3])], attributes: [("blocksize", .int(2))],
      shape: [1, 2, 4, 6]),
    ShapeCase(
      name: "LSTM", inputs: [floats([7, 2, 3]), floats([2, 20, 3]), floats([2, 20, 5])],
      shape: [7, 2, 2, 5]),
    ShapeCase(
      name: "Attention", inputs: [floats([2, 4, 12]), floats([2, 6, 6]), floats([2, 6, 10])],
      attributes: [("q_num_heads", .int(4)), ("kv_num_heads", .int(2))], shape: [2, 4, 20]),
    ShapeCase(
      name: "Resize", inputs: [floats([1, 2, 3, 3]), nil, nil, numbers([1, 2, 6, 9])],
      shape: [1, 2, 6, 9]),
    ShapeCase(name: "Nonsense", inputs: [floats([1])], shape: nil),
  ]

  @Test(arguments: cases)
  func shapesAreThoseOfTheOperator(_ call: ShapeCase) {
    do {
      let outputs = try infer(
        ByteString(call.name), call.inputs, call.attributes,
        outputs: call.name == "Split" ? 2 : 1)
      #expect(outputs.first??.shape == call.shape)
    } catch {
      #expect(call.shape == nil, "\(error)")
    }
  }

  @Test func numbersAreComputedAsTheOperatorsDo() throws {
    func values(_ name: ByteString, _ a: [Int], _ b: [Int]) throws -> [Int]? {
      try infer(name, [numbers(a), numbers(b)]).first??.integers
    }
    #expect(try values("Div", [7, -7, 7], [2, 2, -2]) == [3, -3, -3])
    #expect(try values("Mod", [7, -7, 7], [3, 3, -3]) == [1, 2, -2])
    #expect(try values("Div", [1], [0]) == nil)
    #expect(try values("Mul", [.max], [2]) == nil)
    #expect(try values("Div", [.min], [-1]) == nil)
    #expect(try values("Add", [1, 2], [3]) == [4, 5])
    let joined = try infer("Concat", [numbers([1, 2]), numbers([3])], [("axis", .int(0))])
    #expect(joined.first??.integers == [1, 2, 3])
    let picked = try infer("Gather", [numbers([5, 6, 7]), numbers([-1, 0])])
    #expect(picked.first??.integers == [7, 5])
    let range = try infer("Range", [7, 0, -3].map { scalar($0) })
    #expect(range.first??.integers == [7, 4, 1])
  }

  private func scalar(_ value: Int) -> TensorFacts {
    TensorFacts(elementType: .int64, shape: [], elements: .integers([value]))
  }

  @Test func whatComesFromAShapeIsKnownToDoSo() throws {
    let shape = try infer("Shape", [floats([2, 3, 4])])
    #expect(shape.first??.integers == [2, 3, 4])
    #expect(shape.first??.isShapeDerived == true)
    let sum = try infer("Add", [shape[0], numbers([1])])
    #expect(sum.first??.isShapeDerived == true)
  }

  @Test func operatorNamesAreUnique() {
    let names = ShapeRules.all.flatMap(\.operators)
    #expect(Set(names).count == names.count)
  }

  /// Shapes, numbers and attributes that no sound model has.
  @Test(arguments: ShapeRules.all.flatMap(\.operators))
  func noRuleTrapsOnNonsense(name: String) {
    var state = UInt64(truncatingIfNeeded: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let sizes = [0, 1, 2, 3, 8, 1 << 31, 1 << 40, .max]
    let values = [0, 1, -1, 2, 3, 100, -100, .max, .min, 1 << 40]
    let attributes: [ByteString] = [
      "axis", "axes", "perm", "group", "kernel_shape", "strides", "pads", "dilations", "equation",
      "to", "num_outputs", "blocksize", "starts", "ends", "split", "k", "batch_dims", "q_num_heads",
      "kv_num_heads", "output_padding", "output_shape", "keepdims", "start", "end", "shape",
      "scales", "pooled_shape", "auto_pad", "allowzero", "layout",
    ]
    let parts = name.split(separator: ".")
    for _ in 0..<150 {
      let inputs: [TensorFacts?] = (0..<random(7)).map { _ in
        guard random(6) > 0 else { return nil }
        if random(2) == 0 { return numbers((0..<random(5)).map { _ in values[random(10)] }) }
        return floats((0..<random(6)).map { _ in sizes[random(8)] })
      }
      let node = Node(
        operatorType: ByteString(String(parts.last ?? "")),
        domain: ByteString(parts.dropLast().joined(separator: ".")),
        inputs: inputs.map { $0 == nil ? "" : "v" }, outputs: ["a", "b"],
        attributes: attributes.filter { _ in random(3) == 0 }.map { attribute in
          let list = (0..<random(5)).map { _ in Int64(values[random(10)]) }
          let kinds: [AttributeValue] = [
            .int(Int64(values[random(10)])), .ints(list), .floats([1, .nan, -.infinity, 1e30]),
            .string("ij,..jk->q"),
          ]
          return Attribute(name: attribute, value: kinds[random(4)])
        })
      let call = OperatorCall(
        node: node, version: 1 + random(23), inputs: inputs, model: empty)
      let outputs = (try? ShapeRules.infer(call)) ?? []
      for output in outputs.compactMap(\.self) {
        #expect(Shape(output.shape) != nil)
        #expect(output.elements.map { $0.count == Shape(output.shape)?.elementCount } ?? true)
      }
      _ = multiplyAccumulates(of: node, inputs: inputs, outputs: outputs)
    }
  }
}

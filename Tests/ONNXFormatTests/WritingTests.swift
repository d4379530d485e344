import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import ONNXFormat

@Suite struct WritingTests {
  private static func node(_ attribute: @escaping (inout WireBytes) -> Void) -> [UInt8] {
    Fixture.model { graph in
      graph.message(1) { node in
        node.text(4, "Op")
        node.message(5, attribute)
      }
    }
  }

  /// Models whose every presence bit must survive.
  static let models: [String: [UInt8]] = [
    "empty names that are there": Fixture.model { graph in
      graph.message(1) { node in
        node.text(1, "")
        node.text(3, "")
        node.text(4, "Op")
        node.text(7, "")
        node.text(8, "overload")
        node.message(9) { $0.text(1, "key") }
      }
      graph.text(2, "")
    },
    "an integer left out": node { attribute in
      attribute.text(1, "axis")
      attribute.int(20, 2)
    },
    "an integer of zero": node { attribute in
      attribute.text(1, "axis")
      attribute.int(3, 0)
      attribute.int(20, 2)
    },
    "an integer without a type": node { attribute in
      attribute.text(1, "axis")
      attribute.int(3, 0)
    },
    "an empty list": node { attribute in
      attribute.text(1, "axes")
      attribute.int(20, 7)
    },
    "a float of minus zero": node { attribute in
      attribute.text(1, "alpha")
      attribute.tag(2, 5)
      attribute.raw([0, 0, 0, 0x80])
      attribute.int(20, 1)
    },
    "an empty text": node { attribute in
      attribute.text(1, "mode")
      attribute.text(4, "")
      attribute.int(20, 3)
    },
    "a reference": node { attribute in
      attribute.text(1, "mode")
      attribute.int(20, 3)
      attribute.text(21, "outer")
    },
    "a type": node { attribute in
      attribute.text(1, "dtype")
      attribute.message(14) { $0.message(1) { $0.int(1, 1) } }
      attribute.int(20, 13)
    },
    "an unknown type": node { attribute in
      attribute.text(1, "new")
      attribute.int(20, 77)
    },
    "unknown fields": node { attribute in
      attribute.text(1, "new")
      attribute.int(20, 77)
      attribute.int(500, 1)
    } + WireBytes { $0.text(999, "later") }.bytes,
  ]

  @Test(arguments: models.sorted { $0.key < $1.key }.map(\.key))
  func presenceSurvivesPackingAnew(name: String) throws {
    let bytes = try #require(Self.models[name])
    let reading = try TemporaryFolder().read(bytes)
    #expect(try reading.repackedFiles() == [bytes])
    #expect(try reading.restoredFiles() == [bytes])
  }

  @Test func integerLeftOutReadsAsZeroAndCanBeSet() throws {
    let bytes = try #require(Self.models["an integer left out"])
    var model = try TemporaryFolder().read(bytes).model
    #expect(model[.main].nodes[0].integer("axis", default: 5) == 0)
    model.editGraphs { graphs, _ in graphs[0].nodes[0].attributes[0].value = .int(3) }
    let file = try ONNXModelFormat().document(for: model).files[0].restored(from: model)
    #expect(try TemporaryFolder().read(file).model[.main].nodes[0].integer("axis") == 3)
  }

  @Test func functionsAndTrainingGraphsSurvive() throws {
    let bytes = WireBytes { model in
      model.int(1, 10)
      model.message(7) { _ in }
      model.message(8) { $0.int(2, 18) }
      for step in 0..<2 {
        model.message(20) { training in
          if step == 1 { training.message(1) { $0.text(2, "initialization") } }
          training.message(2) { graph in
            graph.message(5, Fixture.raw([20], .float32, Fixture.bytes(80)))
          }
          training.message(4) { $0.text(1, "w") }
        }
      }
      model.message(25) { function in
        function.text(1, "f")
        function.text(4, "x")
        function.text(5, "y")
        function.text(6, "alpha")
        function.message(7) { node in
          node.text(4, "Constant")
          node.message(5) { attribute in
            attribute.text(1, "value")
            attribute.message(5, Fixture.raw([20], .float32, Fixture.bytes(80), name: ""))
            attribute.int(20, 4)
          }
        }
        function.text(10, "local")
        function.message(11) { attribute in
          attribute.text(1, "beta")
          attribute.message(5, Fixture.raw([20], .float32, Fixture.bytes(80), name: "kept"))
        }
      }
    }.bytes
    let reading = try TemporaryFolder().read(bytes)
    let roles = reading.model.graphs.map(\.role)
    #expect(roles == [.main, .function, .training, .training, .training])
    #expect(reading.model.functions.map(\.name) == ["f"])
    #expect(reading.model.tensors.count == 3)
    let model = reading.model
    #expect(try reading.restoredFiles() == [bytes])
    var copy = model
    copy.dropDocument()
    let packed = try ONNXModelFormat().document(for: copy).files[0].restored(from: copy)
    #expect(packed.count == bytes.count)
    #expect(try TemporaryFolder().read(packed).repackedFiles() == [packed])
  }

  @Test func changedTensorInAHoleKeepsTheDocument() throws {
    let bytes = Fixture.tensorModel { Fixture.raw([20], .float32, Fixture.bytes(80))(&$0) }
    var model = try TemporaryFolder().read(bytes).model
    let zeros = [UInt8](repeating: 0, count: 80)
    model.replaceContents(of: TensorID(0), with: MemorySource(zeros))
    let file = try ONNXModelFormat().document(for: model).files[0].restored(from: model)
    let expected = Fixture.tensorModel { Fixture.raw([20], .float32, zeros)(&$0) }
    #expect(file == expected)
  }

  @Test func changedTypedTensorIsWrittenRaw() throws {
    let bytes = Fixture.tensorModel { tensor in
      Fixture.describe(&tensor, [2], .int64)
      tensor.packed(7, [1, 2])
    }
    var model = try TemporaryFolder().read(bytes).model
    let contents = [UInt8](repeating: 3, count: 16)
    model.replaceContents(of: TensorID(0), with: MemorySource(contents))
    let file = try ONNXModelFormat().document(for: model).files[0].restored(from: model)
    #expect(file == Fixture.tensorModel { Fixture.raw([2], .int64, contents)(&$0) })
  }

  @Test func tensorsMoveOutWhenTheFileWouldBeTooLarge() throws {
    let bytes = Fixture.model { graph in
      graph.message(5, Fixture.raw([1000], .float32, Fixture.bytes(4000), name: "large"))
      graph.message(5, Fixture.raw([3], .float32, Fixture.bytes(12), name: "small"))
      graph.message(5) { tensor in
        tensor.int(1, 500)
        tensor.int(2, 7)
        tensor.packed(7, (0..<500).map { $0 })
        tensor.text(8, "typed")
      }
    }
    var model = try TemporaryFolder().read(bytes).model
    model.dropDocument()
    let document = try ONNXModelFormat().document(
      for: model, dataFileName: "out.data", largestFile: 1000)
    #expect(document.files.map(\.path) == ["", "out.data"])
    let folder = try TemporaryFolder()
    try folder.write(document.files[1].restored(from: model), to: "out.data")
    let again = try folder.read(document.files[0].restored(from: model)).model
    #expect(again.tensors.map(\.name) == ["large", "small", "typed"])
    for (left, right) in zip(again.tensors, model.tensors) {
      #expect(try left.contents.bytes() == right.contents.bytes())
    }
    #expect(again.document?.files[1].holes.count == 2)
  }

  @Test func dataFileIsLaidOutAnewWhenShapesChange() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixture.bytes(100), to: "w.data")
    func entries(_ offset: Int) -> [(String, String)] {
      [("location", "w.data"), ("offset", "\(offset)"), ("length", "40")]
    }
    let bytes = Fixture.model { graph in
      graph.message(5, Fixture.external([10], entries(0), name: "a"))
      graph.message(5, Fixture.external([10], entries(60), name: "b"))
    }
    var model = try folder.read(bytes).model
    let shorter = Fixture.bytes(12)
    model.editGraphs { _, tensors in
      guard let shape = Shape([3]) else { return }
      tensors[0] = Tensor(
        name: "a", elementType: .float32, shape: shape, contents: MemorySource(shorter),
        annotation: tensors[0].annotation)
    }
    let document = try ONNXModelFormat().document(for: model)
    let output = try TemporaryFolder()
    try output.write(document.files[1].restored(from: model), to: "w.data")
    let again = try output.read(document.files[0].restored(from: model)).model
    #expect(try again.tensors[0].contents.bytes() == shorter)
    #expect(try again.tensors[1].contents.bytes() == Array(Fixture.bytes(100)[60...]))
  }

  @Test func valueTypesAreChangedInPlace() throws {
    let bytes = Fixture.model { graph in
      graph.message(11) { value in
        value.text(1, "x")
        value.message(2) { type in
          type.message(1) { tensor in
            tensor.int(1, 1)
            tensor.message(2) { shape in
              shape.message(1) { $0.text(2, "batch") }
              shape.message(1) { dimension in
                dimension.int(1, 64)
                dimension.text(3, "DATA_CHANNEL")
              }
            }
          }
        }
        value.text(3, "the input")
      }
    }
    var model = try TemporaryFolder().read(bytes).model
    #expect(model[.main].inputs[0].type == .tensor(.float32, [.symbolic("batch"), .fixed(64)]))
    model.editGraphs { graphs, _ in
      graphs[0].inputs[0].type = .tensor(.float32, [.symbolic("batch"), .fixed(48)])
    }
    let file = try ONNXModelFormat().document(for: model).files[0].restored(from: model)
    var expected = bytes
    expected[try #require(bytes.firstIndex(of: 64))] = 48
    #expect(file == expected)
  }

  @Test func graphHeldTwiceIsRefused() throws {
    let node = Node(
      operatorType: "If", attributes: [Attribute(name: "then", value: .graph(GraphID(1)))])
    let model = Model(
      graphs: [Graph(role: .main, nodes: [node, node]), Graph(role: .body(parent: .main))],
      tensors: [])
    let error = #expect(throws: ONNXError.self) { _ = try ONNXModelFormat().document(for: model) }
    #expect(error?.rule == .graphUse)
  }

  @Test func newModelIsWritten() throws {
    let shape = try #require(Shape([20]))
    let tensor = Tensor(
      name: "w", elementType: .float32, shape: shape, contents: MemorySource(Fixture.bytes(80)))
    let model = Model(
      graphs: [
        Graph(
          role: .main, name: "g",
          nodes: [Node(operatorType: "Relu", inputs: ["w"], outputs: ["y"])],
          outputs: [Value(name: "y", type: .tensor(.float32, [.fixed(20)]))],
          initializers: [TensorID(0)])
      ], tensors: [tensor], operatorSets: [OperatorSet(domain: "", version: 18)],
      annotation: [0x08, 10])
    let file = try ONNXModelFormat().document(for: model).files[0].restored(from: model)
    let again = try TemporaryFolder().read(file).model
    #expect(try again.tensors[0].contents.bytes() == Fixture.bytes(80))
    #expect(again.operatorSets == model.operatorSets)
    #expect(again[.main].outputs[0].type == model[.main].outputs[0].type)
  }
}

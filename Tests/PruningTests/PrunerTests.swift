import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

/// Two MatMuls of 16x16 and one small one; a bias, an embedding and a shape beside them.
private func sample() throws -> ModelMaker {
  var maker = ModelMaker()
  maker.add(try .counting("a.weight", [16, 16]))
  maker.add(try .floats("b.weight", [16, 16], (0..<256).map { 1000 - Float($0) }))
  maker.add(try .counting("small.weight", [4, 4]))
  maker.add(try .counting("bias", [16]))
  maker.add(try .counting("embedding", [32, 16]))
  maker.add(try .int64s("shape", [1, -1]))
  maker.node("MatMul", ["x", "a.weight"], ["ya"], name: "layer/a")
  maker.node("Add", ["ya", "bias"], ["yb"])
  maker.node("Gemm", ["yb", "b.weight"], ["yc"], name: "layer/b")
  maker.node("MatMul", ["yc", "small.weight"], ["yd"], name: "small")
  maker.node("Gather", ["embedding", "x"], ["ye"])
  maker.node("Expand", ["yd", "shape"], ["yf"])
  return maker
}

@Suite struct PrunerTests {
  @Test func byLayerEachTensorGivesUpItsShare() throws {
    var model = try sample().model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.25, .layer)))
    #expect(
      try model[TensorID(0)].floatValues().prefix(65) == Array(repeating: 0, count: 64) + [65])
    #expect(try model[TensorID(1)].floatValues().suffix(64).allSatisfy { $0 == 0 })
    #expect(report.entries.map(\.prunedCount) == [64, 64])
    #expect(report.elementCount == 512)
    #expect(report.zerosBefore == 0)
    #expect(report.zerosAfter == 128)
    #expect(report.warnings.isEmpty)
  }

  @Test func globallyTheSmallestGoWhereverTheyAre() throws {
    var model = try sample().model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.5, .global)))
    #expect(report.entries.map(\.prunedCount) == [256, 0])
    #expect(!model[TensorID(0)].isOriginal)
    // What loses nothing stays as it was read.
    #expect(model[TensorID(1)].isOriginal)
  }

  @Test func globallyTypesCompareByTheNumbersTheyStandFor() throws {
    var maker = ModelMaker()
    let halves = (0..<256).flatMap { littleEndian(Float16($0 + 1).bitPattern) }
    maker.add(try .bytes("half", .float16, [16, 16], halves))
    maker.add(try .bytes("int", .int8, [16, 16], (0..<256).map { UInt8($0 / 2) }))
    maker.add(try .floats("scale", [], [2]))
    maker.node("MatMul", ["x", "half"], ["a"])
    maker.node("DequantizeLinear", ["int", "scale"], ["i"])
    maker.node("MatMul", ["a", "i"], ["b"])
    var model = maker.model
    // Magnitudes 1...256 against each of 0, 2 ... 254 twice.
    let report = try model.prune(PruningRequest(goal: .sparsity(0.5, .global)))
    #expect(report.entries.map(\.prunedCount) == [128, 128])
    #expect(report.entries.map(\.zerosBefore) == [0, 2])
  }

  @Test func theResultDoesNotDependOnThreads() throws {
    let goals: [PruningGoal] = [
      .sparsity(0.3, .layer), .sparsity(0.6, .global), .threshold(100),
      .groups(try GroupPattern(kept: 2, group: 4)),
      .blocks(try BlockPattern(rows: 2, columns: 4), sparsity: 0.5, .global),
      .blocks(try BlockPattern(rows: 2, columns: 4), sparsity: 0.5, .layer),
    ]
    for goal in goals {
      let results = try [1, 2, 5].map { threads in
        var model = try sample().model
        let report = try model.prune(PruningRequest(goal: goal, threads: threads))
        #expect(report.prunedCount > 0)
        return try model.tensors.map { try $0.contents.bytes() }
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test func pruningAgainAsMuchChangesNothing() throws {
    for goal in [
      PruningGoal.sparsity(0.5, .layer), .groups(try GroupPattern(kept: 1, group: 4)),
      .blocks(try BlockPattern(rows: 4, columns: 4), sparsity: 0.5, .layer),
    ] {
      var model = try sample().model
      let first = try model.prune(PruningRequest(goal: goal))
      let bytes = try model.tensors.map { try $0.contents.bytes() }
      let second = try model.prune(PruningRequest(goal: goal))
      #expect(try model.tensors.map { try $0.contents.bytes() } == bytes)
      #expect(second.zerosBefore == first.zerosAfter)
      #expect(second.zerosAfter == first.zerosAfter)
      #expect(model.history.entries.count == 2)
    }
  }

  @Test func zerosGoFirstWhateverTheCriterion() throws {
    for criterion in SaliencyCriteria.all {
      var maker = ModelMaker()
      maker.add(try .floats("w", [16, 16], (0..<256).map { $0 % 4 == 0 ? -0.0 : 1 }))
      maker.node("MatMul", ["x", "w"], ["y"])
      var model = maker.model
      let report = try model.prune(
        PruningRequest(goal: .sparsity(0.25, .layer), criterion: criterion))
      #expect(report.zerosBefore == 64)
      #expect(report.zerosAfter == 64)
      #expect(try model[TensorID(0)].floatValues().allSatisfy { $0 == 1 || $0.bitPattern == 0 })
    }
  }

  @Test func aRandomChoiceFollowsItsSeed() throws {
    let results = try [UInt64(1), 1, 2].map { seed -> [Float] in
      var model = try sample().model
      let request = PruningRequest(
        goal: .sparsity(0.5, .layer), criterion: RandomCriterion(), seed: seed)
      _ = try model.prune(request)
      return try model[TensorID(0)].floatValues()
    }
    #expect(results[0] == results[1])
    #expect(results[0] != results[2])
  }

  @Test func nothingAndEverythingCanBePruned() throws {
    for (share, zeros) in [(0.0, 0), (1.0, 512)] {
      for goal in [PruningGoal.sparsity(share, .layer), .sparsity(share, .global)] {
        var model = try sample().model
        #expect(try model.prune(PruningRequest(goal: goal)).zerosAfter == zeros)
      }
    }
  }

  @Test func quantisedWeightsBecomeTheirZeroPointByTheirScale() throws {
    var maker = ModelMaker()
    // Two outputs: rows of 128. The second has a hundred times the scale.
    maker.add(try .bytes("w", .uint8, [2, 128], (0..<256).map { $0 % 2 == 0 ? 10 : 13 }))
    maker.add(try .floats("scale", [2], [0.01, 1]))
    maker.add(try .bytes("zero", .uint8, [2], [11, 12]))
    maker.node("DequantizeLinear", ["w", "scale", "zero"], ["d"], [.int("axis", 0)])
    maker.node("Gemm", ["x", "d"], ["y"], [.int("transB", 1)])
    var model = maker.model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.75, .layer)))
    let bytes = try model[TensorID(0)].contents.bytes()
    // The whole first row, and of the second what is one step from its zero point.
    #expect(bytes[..<128].allSatisfy { $0 == 11 })
    #expect(bytes[128...].enumerated().allSatisfy { $1 == ($0 % 2 == 0 ? 10 : 12) })
    #expect(report.zerosAfter == 192)
  }

  @Test func patternsAreNotedOnTheTensor() throws {
    var model = try sample().model
    let report = try model.prune(
      PruningRequest(goal: .groups(try GroupPattern(kept: 2, group: 4))))
    #expect(model[TensorID(0)].pattern == .groups(kept: 2, group: 4, stride: 16))
    #expect(report.entries.map(\.axis) == [0, 0])
    #expect(report.entries.map(\.zerosAfter) == [128, 128])
    let values = try model[TensorID(1)].floatValues()
    for column in 0..<16 {
      for row in 0..<16 { #expect((values[row * 16 + column] == 0) == (row % 4 >= 2)) }
    }
    // With a rest, the groups of one line do not follow those of the line before.
    var ragged = try sample().model
    _ = try ragged.prune(PruningRequest(goal: .groups(try GroupPattern(kept: 2, group: 5))))
    #expect(ragged[TensorID(0)].pattern == nil)
    var blocked = try sample().model
    let pattern = try BlockPattern(rows: 2, columns: 8)
    _ = try blocked.prune(PruningRequest(goal: .blocks(pattern, sparsity: 0.5, .layer)))
    #expect(blocked[TensorID(0)].pattern == .blocks(rows: 8, columns: 2, rowLength: 16))
  }

  @Test func aPatternSkipsWhatHasNoAxisForIt() throws {
    var maker = ModelMaker()
    maker.add(try .counting("depthwise", [64, 1, 3, 3]))
    maker.add(try .counting("tied", [16, 16]))
    maker.node("Conv", ["x", "depthwise"], ["a"], [.int("group", 64)])
    maker.node("MatMul", ["a", "tied"], ["b"])
    maker.node("Gemm", ["b", "tied"], ["c"], [.int("transB", 1)])
    var model = maker.model
    let report = try model.prune(
      PruningRequest(goal: .groups(try GroupPattern(kept: 2, group: 4))))
    #expect(report.entries.isEmpty)
    #expect(
      report.skipped.map(\.reason) == [
        "its reduction axis has 1 entries, of which 2 stay", "its readers sum over different axes",
      ])
    // Without a pattern both can be pruned, the tied one once.
    let plain = try model.prune(PruningRequest(goal: .sparsity(0.5, .layer)))
    #expect(plain.entries.map(\.prunedCount) == [288, 128])
  }

  @Test func nanStaysAndIsReported() throws {
    var maker = ModelMaker()
    maker.add(try .floats("w", [16, 16], (0..<256).map { $0 < 3 ? .nan : .infinity }))
    maker.node("MatMul", ["x", "w"], ["y"])
    var model = maker.model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.9, .layer)))
    #expect(report.warnings == ["tensor \"w\" contains 3 NaN"])
    #expect(try model[TensorID(0)].floatValues().prefix(3).allSatisfy(\.isNaN))
  }

  @Test func whatElseATensorServesIsNoted() throws {
    var maker = try sample()
    maker.node("Gather", ["a.weight", "x"], ["e"])
    maker.graph.inputs = [Value(name: "x"), Value(name: "b.weight")]
    var model = maker.model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.5, .layer)))
    #expect(report.entries.map(\.note) == ["also read by Gather", "also an input of the model"])
  }

  @Test(arguments: [0, Float.nan, -0.0, .infinity])
  func aBadScaleKeepsItsTensorFromBeingPruned(scale: Float) throws {
    var maker = try sample()
    maker.add(try .bytes("q", .int8, [16, 16], Array(repeating: 3, count: 256)))
    maker.add(try .floats("scale", [], [scale]))
    maker.node("DequantizeLinear", ["q", "scale"], ["d"])
    maker.node("MatMul", ["yf", "d"], ["z"])
    var model = maker.model
    let report = try model.prune(PruningRequest(goal: .sparsity(0.5, .layer)))
    #expect(report.entries.map(\.name) == ["a.weight", "b.weight"])
    #expect(
      report.warnings == [
        "tensor \"q\" is not pruned: its scale \"scale\" has a value that is zero or not finite"
      ])
  }

  @Test func aModelWithoutWeightsIsLeftAsItIs() throws {
    var model = Model(graphs: [Graph(role: .main)], tensors: [])
    for goal in [
      PruningGoal.sparsity(0.5, .global), .sparsity(0.5, .layer), .threshold(1),
      .groups(try GroupPattern(kept: 2, group: 4)),
      .blocks(try BlockPattern(rows: 2, columns: 2), sparsity: 0.5, .global),
    ] {
      #expect(try model.prune(PruningRequest(goal: goal)).entries.isEmpty)
    }
  }

  @Test func theHistorySaysWhatWasDone() throws {
    var model = try sample().model
    let request = PruningRequest(
      goal: .sparsity(0.5, .global), criterion: RandomCriterion(),
      rules: [try .only("layer/*"), try .except("op:Gemm")], seed: 7)
    _ = try model.prune(request)
    let entry = try #require(model.history.entries.first)
    #expect(entry.action == "prune")
    #expect(
      entry.settings.map { "\($0.name)=\($0.value)" } == [
        "criterion=random", "scope=global", "seed=7", "sparsity=0.5",
        "tensors=only layer/*, except op:Gemm",
      ])
    #expect([entry.weightCount, entry.zerosBefore, entry.zerosAfter] == [256, 0, 128])
  }
}

@Suite struct TensorChoiceTests {
  private func choose(_ rules: [SelectionRule]) throws -> TensorChoice {
    try TensorChoice(try sample().model, rules: rules)
  }

  private func chosen(_ rules: [SelectionRule]) throws -> [Int] {
    try choose(rules).chosen.map(\.tensor.index)
  }

  @Test func byDefaultLargeWeightsAreMeantAndTheRestHasReasons() throws {
    let choice = try choose([])
    #expect(choice.chosen.map(\.tensor.index) == [0, 1])
    #expect(
      choice.skipped.map { "\($0.name): \($0.reason)" } == [
        "small.weight: fewer than 256 elements", "embedding: not a weight: read by Gather",
      ])
  }

  @Test func theLastRuleThatMatchesWins() throws {
    #expect(try chosen([.only("a.*")]) == [0])
    #expect(try chosen([.only("layer/?")]) == [0, 1])
    #expect(try chosen([.except("op:Gemm")]) == [0])
    #expect(try chosen([.only("layer/*"), .except("layer/b")]) == [0])
    #expect(try chosen([.except("layer/b"), .only("layer/*")]) == [0, 1])
    #expect(try chosen([.only("*"), .except("*.weight"), .only("b.weight")]) == [1])
  }

  @Test func rulesReachSmallWeightsAndNamedTensorsButNoOthers() throws {
    #expect(try chosen([.only("*")]) == [0, 1, 2])
    #expect(try chosen([.only("op:MatMul")]) == [0, 2])
    #expect(try chosen([.only("size:<100")]) == [2])
    #expect(try chosen([.only("bias")]) == [3])
    #expect(try chosen([.only("embedding")]) == [4])
    #expect(try chosen([.only("bias"), .except("bias")]) == [])
    // Integers that are no weights never go.
    #expect(try chosen([.only("shape")]) == [])
  }

  @Test func selectorsThatMatchNothingAreReported() throws {
    let choice = try choose([.only("a.*"), .except("nothing"), .only("op:LSTM"), .only("bias")])
    #expect(choice.unmatchedSelectors.map(\.description) == ["nothing", "op:LSTM"])
    var model = try sample().model
    let report = try model.prune(
      PruningRequest(goal: .sparsity(0.5, .layer), rules: [.except("nothing")]))
    #expect(report.warnings == ["selector \"nothing\" matches no tensor"])
  }
}

@Suite struct PruningRequestTests {
  @Test(arguments: [-0.1, 1.5, .nan, .infinity, 80])
  func sharesOutsideOfZeroToOneAreRefused(share: Double) throws {
    let pattern = try BlockPattern(rows: 2, columns: 2)
    for goal in [PruningGoal.sparsity(share, .layer), .blocks(pattern, sparsity: share, .global)] {
      var model = try sample().model
      #expect {
        try model.prune(PruningRequest(goal: goal))
      } throws: {
        ($0 as? PruningError)?.code == "E-PRUNE-001"
      }
      #expect(model.history.entries.isEmpty)
    }
  }

  @Test(arguments: [-1, .nan, .infinity])
  func thresholdsThatAreNoMagnitudesAreRefused(limit: Double) {
    #expect {
      try PruningRequest(goal: .threshold(limit)).validate()
    } throws: {
      ($0 as? PruningError)?.code == "E-PRUNE-002"
    }
  }

  @Test func aThresholdNeedsMagnitudes() {
    #expect(throws: PruningError.thresholdWithoutMagnitude(criterion: "random")) {
      try PruningRequest(goal: .threshold(1), criterion: RandomCriterion()).validate()
    }
  }

  @Test func everyErrorSaysWhatAndWhatToDo() {
    let errors: [(PruningError, String, String)] = [
      (
        .sparsityOutOfRange(1.5), "sparsity 1.5 is not between 0 and 1",
        "give a share such as 0.8 or 80%"
      ),
      (
        .thresholdOutOfRange(-1), "threshold -1.0 is not a number of 0 or more",
        "give a magnitude such as 0.001"
      ),
      (
        .thresholdWithoutMagnitude(criterion: "random"),
        "a threshold has no meaning for the criterion random",
        "use the criterion magnitude, or give a sparsity"
      ),
      (
        .groupOutOfRange(kept: 5, group: 4),
        "pattern 5:4 does not keep N of M weights with 1 <= N < M <= 64",
        "give a pattern such as 2:4, which keeps 2 of every 4 weights"
      ),
      (
        .blockOutOfRange(rows: 1, columns: 1), "block 1x1 has not between 2 and 65536 elements",
        "give a block such as 4x4; for single weights leave the block out"
      ),
      (
        .unknownCriterion("x\n"), "no criterion is called \"x\\u{a}\"",
        "use one of: magnitude, random"
      ),
      (
        .malformedSelector("a[", position: 1, reason: "a set without its ]"),
        "selector \"a[\", character 2: a set without its ]",
        "use a name with * ? [a-z], op:Conv, or size:>4k"
      ),
    ]
    for (error, description, recovery) in errors {
      #expect(error.description == description)
      #expect(error.recovery == recovery)
      #expect(error.kind == .usage)
    }
    #expect(Set(errors.map(\.0.code)).count == errors.count)
  }
}

@Suite struct SelectedShareTests {
  /// How many elements of a.weight (256 of MatMul) and b.weight (256 of Gemm) go.
  private func pruned(
    _ goal: PruningGoal, _ shares: [(String, Double)], threads: Int = 1
  ) throws -> [Int] {
    var model = try sample().model
    let shares = try shares.map { SelectedShare(try Selector($0.0), $0.1) }
    let request = PruningRequest(goal: goal, shares: shares, threads: threads)
    let report = try model.prune(request)
    #expect(report.warnings.isEmpty)
    return report.entries.map(\.prunedCount)
  }

  @Test(arguments: [PruningScope.layer, .global], [1, 3])
  func aShareOfItsOwnIsExactInAnyScope(scope: PruningScope, threads: Int) throws {
    let goal = PruningGoal.sparsity(0.5, scope)
    #expect(try pruned(goal, [("a.weight", 0.25)], threads: threads) == [64, 128])
    #expect(try pruned(goal, [("op:Gemm", 0.1)], threads: threads) == [128, 26])
    #expect(try pruned(goal, [("layer/*", 0), ("layer/b", 1)], threads: threads) == [0, 256])
    #expect(try pruned(goal, [("layer/b", 1), ("layer/*", 0)], threads: threads) == [0, 0])
  }

  @Test func whatHasNoShareOfItsOwnIsRankedTogether() throws {
    var maker = try sample()
    maker.add(try .counting("c.weight", [16, 16]))
    maker.node("MatMul", ["yf", "c.weight"], ["yz"], name: "layer/c")
    var model = maker.model
    let request = PruningRequest(
      goal: .sparsity(0.5, .global), shares: [SelectedShare(try Selector("a.*"), 0.75)])
    // Values up to 256 in c against those from 745 on in b.
    #expect(try model.prune(request).entries.map(\.prunedCount) == [192, 0, 256])
  }

  @Test(arguments: [PruningScope.layer, .global])
  func blocksHaveSharesOfTheirOwn(scope: PruningScope) throws {
    let goal = PruningGoal.blocks(
      try BlockPattern(rows: 4, columns: 4), sparsity: 0.5, scope)
    // 16 blocks of 16 weights.
    #expect(try pruned(goal, [("b.weight", 0.25)]) == [128, 64])
  }

  @Test func aShareThatMatchesNothingIsReported() throws {
    var model = try sample().model
    let request = PruningRequest(
      goal: .sparsity(0.5, .layer), shares: [SelectedShare(try Selector("nothing"), 0.75)])
    #expect(
      try model.prune(request).warnings == ["selector \"nothing\" matches no tensor that is pruned"]
    )
    let entry = try #require(model.history.entries.first)
    #expect(entry.settings.contains(.init("sparsity of nothing", "0.75")))
  }

  @Test func sharesGoWithASparsityAndStayBetweenZeroAndOne() throws {
    let own = [SelectedShare(try Selector("a*"), 0.5)]
    for goal in [PruningGoal.threshold(1), .groups(.twoOfFour)] {
      #expect(throws: PruningError.sharesWithoutSparsity) {
        try PruningRequest(goal: goal, shares: own).validate()
      }
    }
    #expect(throws: PruningError.sparsityOutOfRange(1.5)) {
      try PruningRequest(
        goal: .sparsity(0.5, .layer), shares: [SelectedShare(try Selector("a*"), 1.5)]
      ).validate()
    }
  }
}

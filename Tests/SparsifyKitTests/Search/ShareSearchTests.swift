import ByteStorage
import Pruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct ShareSearchTests {
  @Test(
    "Where losses grow with the share, the largest share that qualifies is found, whichever it is")
  func monotone() {
    for bound in 1...100 {
      let search = ShareSearch(upTo: Double(bound) / 100)
      #expect(search.shares == (1...bound).map { Double($0) / 100 })
      for limit in 0...bound {
        var tries = 0
        let found = search.largest { share -> Double? in
          tries += 1
          return share <= Double(limit) / 100 + 1e-9 ? share * 2 : nil
        }
        #expect(found?.share == (limit == 0 ? nil : search.shares[limit - 1]))
        #expect(found?.outcome == found.map { $0.share * 2 })
        #expect(tries <= search.mostTries && search.mostTries <= 7)
      }
    }
  }

  @Test("Where they do not, what is found was tried and qualifies, and the next share does not")
  func anyLosses() {
    var numbers = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let search = ShareSearch(upTo: Double.random(in: 0.001...1, using: &numbers))
      let good = search.shares.map { _ in Bool.random(using: &numbers) }
      var tried: [Int: Bool] = [:]
      let found = search.largest { share -> Int? in
        let place = search.shares.firstIndex(of: share) ?? -1
        tried[place] = good[place]
        return good[place] ? place : nil
      }
      let place = found?.outcome ?? -1
      #expect(place == -1 || tried[place] == true)
      #expect(place == search.shares.count - 1 || tried[place + 1] == false)
    }
  }

  @Test("The bound is the last share, also between hundredths")
  func bounds() {
    #expect(ShareSearch(upTo: 0.855).shares.suffix(2) == [0.85, 0.855])
    #expect(ShareSearch(upTo: 0.004).shares == [0.004])
    #expect(ShareSearch(upTo: 0).shares == [0])
  }
}

@Suite struct LimitedConversionTests {
  private let folder = TemporaryFolder()
  private let mlp = SharedFiles.fixture("models/mlp.onnx")

  /// A limit in place of accuracy: how many bytes of the file may become zero.
  private func limit(_ bytes: Double) -> AccuracyLimit {
    var limit = AccuracyLimit(maxDrop: bytes)
    limit.metric = "f() { echo -$(tr -dc '\\000' < \"$1\" | wc -c); }; f"
    return limit
  }

  private func conversion(_ step: RecipeStep, _ limit: AccuracyLimit?) -> Conversion {
    var conversion = Conversion(input: mlp, output: folder.file("a.onnx"))
    conversion.recipe.steps = [step]
    conversion.limit = limit
    conversion.replaces = true
    return conversion
  }

  @Test("What is written is what the share that was found gives by itself")
  func sameFile() throws {
    var told: [Double] = []
    let report = try conversion(.prune(PruneStep(sparsity: 0.99)), limit(20_000)).run(tried: {
      told.append($0.share)
    })
    let search = try #require(report.search)
    #expect(search.tries.map(\.share) == told)
    #expect(told.count <= 7)
    let found = try #require(search.tries.last { $0.isAccepted })
    let next = try #require(search.tries.last { !$0.isAccepted })
    #expect(search.share == found.share && search.measure == "metric")
    #expect(found.drop <= 20_000 && next.drop > 20_000)
    #expect(next.share - found.share < 0.011, "zeros grow with the share")
    let bytes = try OpenFile(path: folder.file("a.onnx")).bytes()
    let again = try conversion(.prune(PruneStep(sparsity: search.share)), nil).run()
    #expect(try OpenFile(path: folder.file("a.onnx")).bytes() == bytes)
    #expect(again.recipe == report.recipe)
  }

  @Test("A share that is given is the most that is tried")
  func bound() throws {
    let report = try conversion(.prune(PruneStep(sparsity: 0.3)), limit(1e9)).run()
    #expect(report.search?.share == 0.3)
  }

  @Test("Channels can be looked for as well")
  func channels() throws {
    var limit = AccuracyLimit(maxDrop: 0.4)
    // The share of bytes that are left of the file.
    limit.metric = "f() { n=$(wc -c < \"$1\"); echo \"$n 46213\" | awk '{print $1 / $2}'; }; f"
    let report = try conversion(.channels(ChannelStep(share: 0.9)), limit).run()
    let search = try #require(report.search)
    #expect(search.share > 0 && search.share < 0.9)
    #expect(report.outputBytes > 46213 * 6 / 10)
    #expect(search.tries.allSatisfy { $0.isAccepted == ($0.drop <= 0.4) })
  }

  @Test("Where nothing qualifies the answer is no, and nothing is written")
  func nothing() throws {
    #expect {
      try conversion(.prune(PruneStep(sparsity: 0.99)), limit(-1e9)).run()
    } throws: { error in
      let failure = error as? FileFailure
      return failure?.code == "E-KIT-006" && failure?.kind == .rejected
    }
    #expect(folder.names() == [])
  }

  @Test(
    "A search needs one share",
    arguments: [
      [], [.pattern(PatternStep())], [.layers(LayerStep())],
      [.prune(PruneStep(sparsity: 0.5)), .channels(ChannelStep(share: 0.5))],
    ] as [[RecipeStep]])
  func ambiguous(steps: [RecipeStep]) {
    var conversion = conversion(.pattern(PatternStep()), limit(1))
    conversion.recipe.steps = steps
    #expect(throws: FileFailure.self) { try conversion.run() }
    #expect(throws: ConversionError.self) { try conversion.recipe.searchedStep() }
  }
}

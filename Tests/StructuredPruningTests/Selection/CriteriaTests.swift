import Testing

@testable import StructuredPruning

@Suite struct ChannelCriteriaTests {
  private func evidence(
    _ members: [[Double]], scales: [[Double]] = [], seed: UInt64 = 0, number: Int = 0,
    _ aggregation: ChannelAggregation = ChannelAggregation()
  ) -> ChannelEvidence {
    let member = { (values: [Double]) in
      ChannelEvidence.Member(
        magnitudes: values, squares: values.map { $0 * $0 }, distances: values.map { $0 * 3 })
    }
    return ChannelEvidence(
      number: number, size: members[0].count, seed: seed, weights: members.map(member),
      scales: scales.map(member), aggregation: aggregation)
  }

  @Test(arguments: ChannelCriteria.names)
  func everyCriterionGivesEachIndexAFiniteScore(name: String) throws {
    let criterion = try ChannelCriteria.named(name)
    for reduction in ChannelReduction.allCases {
      for normalizer in ChannelNormalizer.allCases {
        let evidence = evidence(
          [[1, 2, 0, 4], [0, 0, 0, 0]],
          ChannelAggregation(reduction: reduction, normalizer: normalizer))
        let scores = try #require(criterion.scores(of: evidence))
        #expect(scores.values.count == 4)
        #expect(scores.values.allSatisfy { $0.isFinite })
        #expect(criterion.scores(of: evidence) == scores)
      }
    }
    #expect(!criterion.summary.isEmpty)
  }

  @Test(arguments: ChannelCriteria.all.filter { !$0.usesSeed }.map(\.name))
  func largerWeightsMatterMore(name: String) throws {
    let scores = try ChannelCriteria.named(name).scores(of: evidence([[3, 1, 2], [6, 2, 4]]))
    let values = try #require(scores?.values)
    #expect(values[1] < values[2] && values[2] < values[0])
  }

  @Test(arguments: ChannelCriteria.all.filter { !$0.usesSeed }.map(\.name))
  func withoutWeightsThereIsNoScore(name: String) throws {
    let empty = ChannelEvidence(
      number: 0, size: 2, seed: 0, weights: [], scales: [], aggregation: ChannelAggregation())
    #expect(try ChannelCriteria.named(name).scores(of: empty) == nil)
  }

  @Test func namesAreUniqueAndUnknownOnesAreRefused() {
    #expect(Set(ChannelCriteria.names).count == ChannelCriteria.all.count)
    #expect(throws: ChannelSelectionError.unknownCriterion("l3")) {
      try ChannelCriteria.named("l3")
    }
  }

  @Test func batchNormScaleFallsBackWithAReason() throws {
    let criterion = BatchNormScaleCriterion()
    let scaled = criterion.scores(of: evidence([[1, 2]], scales: [[2, 1]]))
    #expect(scaled?.values == [2 / 1.5, 1 / 1.5])
    #expect(scaled?.note == nil)
    let fallback = criterion.scores(of: evidence([[1, 2]]))
    #expect(fallback?.values == L2ChannelCriterion().scores(of: evidence([[1, 2]]))?.values)
    #expect(fallback?.note != nil)
  }

  @Test func lampDividesByTheSquaresThatAreNotSmaller() {
    let plain = ChannelAggregation(normalizer: .none)
    let scores = LAMPCriterion().scores(of: evidence([[1, 3, 2, 2]], plain))
    #expect(scores?.values == [1 / 18.0, 1, 4 / 17.0, 4 / 13.0])
    #expect(LAMPCriterion().scores(of: evidence([[0, 0]], plain))?.values == [0, 0])
  }

  @Test func randomScoresDependOnSeedAndDimension() {
    let criterion = RandomChannelCriterion()
    let base = criterion.scores(of: evidence([[1, 2, 3]]))
    #expect(criterion.scores(of: evidence([[4, 5, 6]])) == base)
    #expect(criterion.scores(of: evidence([[1, 2, 3]], seed: 1)) != base)
    #expect(criterion.scores(of: evidence([[1, 2, 3]], number: 1)) != base)
  }

  @Test func membersAreNormalisedBeforeTheyAreReduced() {
    let members = [[1.0, 3], [300, 100]]
    let expected: [ChannelReduction: [Double]] = [
      .mean: [1, 1], .sum: [1, 1], .max: [1, 1], .product: [1, 1], .first: [0.5, 1.5],
    ]
    for (reduction, values) in expected {
      #expect(ChannelAggregation(reduction: reduction).combine(members) == values)
    }
    let raw = ChannelAggregation(reduction: .sum, normalizer: .none)
    #expect(raw.combine(members) == [301, 103])
  }

  @Test func normalisersLeaveOutWhatIsNotFinite() {
    #expect(ChannelNormalizer.mean.normalised([1, 3, .infinity]) == [0.5, 1.5, .infinity])
    #expect(ChannelNormalizer.max.normalised([1, 4]) == [0.25, 1])
    #expect(ChannelNormalizer.standardise.normalised([1, 3]) == [-1, 1])
    #expect(ChannelNormalizer.mean.normalised([0, 0]) == [0, 0])
  }
}

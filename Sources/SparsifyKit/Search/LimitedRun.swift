internal import ModelGraph

/// Does the steps of a recipe to a model, with the largest share that loses no more than allowed.
struct LimitedRun {
  /// Everything that was made.
  struct Outcome {
    let model: Model
    let steps: RecipeRun
    let recipe: Recipe
  }

  /// What progress counts: parts of a try.
  private static let parts = 1000

  let recipe: Recipe
  let limit: AccuracyLimit
  /// Starts the steps of one try; it is told of each layer that is fitted.
  let steps: (_ progress: ((Int, Int) -> Void)?) -> RecipeRun

  /// Looks for the share.
  ///
  /// - Parameters:
  ///   - model: what the steps are done to.
  ///   - progress: told how much of how much is done, were as many shares tried as there may be.
  ///   - tried: told of each try.
  /// - Returns: the model with the largest share that was found, and how it was found.
  /// - Throws: `ConversionError.nothingQualifies`, and what the steps and the measure throw.
  func best(
    of model: Model, progress: ((Int, Int) -> Void)?, tried: ((SearchSummary.Try) -> Void)?
  ) throws -> (outcome: Outcome, summary: SearchSummary) {
    let (place, bound) = try recipe.searchedStep()
    let search = ShareSearch(upTo: bound)
    let meter = AccuracyMeter(limit)
    let original = try meter.value(of: model)
    var tries: [SearchSummary.Try] = []
    let found = try search.largest { share -> Outcome? in
      let (before, most) = (tries.count * Self.parts, search.mostTries * Self.parts)
      let outcome = try made(of: model, by: recipe.settingShare(share, at: place)) { done, total in
        progress?(before + done * Self.parts / max(total, 1), most)
      }
      let value = try meter.value(of: outcome.model)
      let row = SearchSummary.Try(
        share: share, value: value, drop: original - value,
        isAccepted: VerificationDemands.allows(original - value, limit.maxDrop))
      tries.append(row)
      tried?(row)
      progress?(before + Self.parts, most)
      return row.isAccepted ? outcome : nil
    }
    guard let found else {
      throw ConversionError.nothingQualifies(
        share: search.shares[0], drop: tries.last?.drop ?? 0, allowed: limit.maxDrop)
    }
    return (
      found.outcome,
      SearchSummary(
        measure: limit.metric == nil ? "accuracy" : "metric", original: original,
        maxDrop: limit.maxDrop, share: found.share, tries: tries)
    )
  }

  private func made(
    of model: Model, by recipe: Recipe, progress: @escaping (Int, Int) -> Void
  ) throws -> Outcome {
    var (model, run) = (model, steps(progress))
    try run.run(recipe, on: &model)
    return Outcome(model: model, steps: run, recipe: recipe)
  }
}

extension Recipe {
  /// The largest share of weights that is looked for where none is given.
  public static let largestSearchedShare = 0.99

  /// The place of the step whose share a search may change, and the most that share may be.
  ///
  /// Throws `ConversionError.badOption` unless there is exactly one.
  func searchedStep() throws(ConversionError) -> (place: Int, bound: Double) {
    let places = steps.enumerated().compactMap { place, step in
      step.searchBound.map { (place: place, bound: $0) }
    }
    guard places.count == 1, let only = places.first else {
      throw .badOption(
        "a search needs one step that removes a share of weights or channels, and there are "
          + "\(places.count)",
        hint:
          "give --sparsity or --channels, not both; patterns, thresholds and targets have no share")
    }
    return only
  }

  /// The recipe with another share in a step.
  func settingShare(_ share: Double, at place: Int) -> Recipe {
    var recipe = self
    switch steps[place] {
    case .prune(var step):
      step.sparsity = share
      recipe.steps[place] = .prune(step)
    case .channels(var step):
      step.share = share
      recipe.steps[place] = .channels(step)
    case .layers, .pattern: break
    }
    return recipe
  }
}

extension RecipeStep {
  /// The most that its share may be; nil for a step without a share.
  fileprivate var searchBound: Double? {
    switch self {
    case .prune(let step):
      step.threshold == nil ? step.sparsity ?? Recipe.largestSearchedShare : nil
    case .channels(let step): step.share
    case .layers, .pattern: nil
    }
  }
}

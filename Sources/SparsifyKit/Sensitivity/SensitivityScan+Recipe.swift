internal import Pruning

/// What the shares of a recipe are to reach together.
public enum SensitivityBudget: Sendable, Hashable {
  /// This share of all weights goes.
  case sparsity(Double)
  /// This share of the multiplications with the weights stays.
  case operations(Double)
  /// This share of the bytes that the weights take in a container stays.
  case bytes(Double)

  /// The number, a share.
  public var share: Double {
    switch self {
    case .sparsity(let share), .operations(let share), .bytes(let share): share
    }
  }
}

extension SensitivityScan {
  /// A recipe that keeps to a budget, each tensor's share chosen so that the errors together are
  /// smallest.
  ///
  /// Tensors that save nothing, such as those whose multiplications are not known, stay as they are.
  ///
  /// - Parameters:
  ///   - report: what this scan gave; with sizes, for a budget of bytes.
  ///   - budget: what is to be reached among all tensors of the report.
  /// - Returns: nil when the levels that were tried do not reach it.
  /// - Throws: `PruningError` for a share out of range.
  public func recipe(
    of report: SensitivityReport, within budget: SensitivityBudget
  ) throws -> Recipe? {
    guard (0...1).contains(budget.share) else {
      throw PruningError.sparsityOutOfRange(budget.share)
    }
    let curves = report.rows.map { $0.curve(report.levels, of: budget) }
    guard let shares = CurveAllocation(curves).shares(saving: report.saving(for: budget)) else {
      return nil
    }
    let elements = report.rows.map(\.elements)
    let zeros = zip(elements, shares).reduce(0) { $0 + Double($1.0) * $1.1 }
    var step = PruneStep(sparsity: zeros / Double(max(1, elements.reduce(0, +))))
    if case .sparsity(let share) = budget { step.sparsity = share }
    (step.criterion, step.calibration) = (criterion, calibration)
    let selectors = try report.rows.map { try Selector(Self.pattern(for: $0.name)) }
    step.only = selectors
    step.nameShares = zip(selectors, shares).map { SelectedShare($0, $1) }
    return Recipe(steps: [.prune(step)])
  }

  /// A pattern that matches a name as it is.
  private static func pattern(for name: String) -> String {
    let escaped = name.map { "*?[\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    // What a selector of another kind begins with.
    return escaped.hasPrefix("op:") || escaped.hasPrefix("size:") ? "\\" + escaped : escaped
  }
}

extension SensitivityReport {
  /// What the tensors are to save together.
  fileprivate func saving(for budget: SensitivityBudget) -> Int {
    switch budget {
    case .sparsity(let share):
      // As many as the same share of each tensor takes.
      return rows.reduce(0) { $0 + Int(share * Double($1.elements)) }
    case .operations(let share):
      return rows.reduce(0) { $0 + Int((1 - share) * Double($1.operations ?? 0)) }
    case .bytes(let share):
      return Int((1 - share) * rows.reduce(0) { $0 + Double($1.sizes?.dense ?? 0) })
    }
  }
}

extension SensitivityReport.Row {
  fileprivate func curve(
    _ levels: [Double], of budget: SensitivityBudget
  ) -> CurveAllocation.Curve {
    CurveAllocation.Curve(
      points: levels.indices.map { index in
        let saved =
          switch budget {
          case .sparsity: Int(levels[index] * Double(elements))
          case .operations: Int(levels[index] * Double(operations ?? 0))
          case .bytes: sizes.map { $0.dense - $0.pruned[index] } ?? 0
          }
        return .init(share: levels[index], error: errors[index], saved: saved)
      })
  }
}

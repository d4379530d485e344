internal import Pruning

extension SensitivityScan {
  /// A recipe that makes so large a share of all weights that were looked at zero, each tensor's own
  /// share chosen so that the errors together are smallest.
  ///
  /// - Parameters:
  ///   - report: what this scan gave.
  ///   - sparsity: the share, from 0 to 1.
  /// - Returns: nil when the levels that were tried do not reach it.
  /// - Throws: `PruningError` for a share out of range.
  public func recipe(of report: SensitivityReport, sparsity: Double) throws -> Recipe? {
    guard (0...1).contains(sparsity) else { throw PruningError.sparsityOutOfRange(sparsity) }
    let curves = report.rows.map { row in
      CurveAllocation.Curve(
        elements: row.elements,
        points: zip(report.levels, row.errors).map { (share: $0, error: $1) })
    }
    // As many as the same share of each tensor takes.
    let zeros = report.rows.reduce(0) { $0 + Int(sparsity * Double($1.elements)) }
    guard let shares = CurveAllocation(curves).shares(zeros: zeros) else { return nil }
    var step = PruneStep(sparsity: sparsity)
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

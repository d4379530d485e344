internal import ByteStorage

/// What an exit says about trying again.
public enum FailureClass: Sendable, Hashable {
  /// It would fail the same way again.
  case permanent
  /// The disk, the memory or the machine was in the way; it may not be the next time.
  case temporary
  /// A bug; tried once more, since memory and processors fail too.
  case crash

  /// The class of an exit code other than 0.
  public init(exitCode: Int) {
    switch FailureKind(rawValue: Int32(truncatingIfNeeded: exitCode)) {
    case .inputOutput, .overBudget, .missingLibrary: self = .temporary
    case .internalError: self = .crash
    case .rejected, .usage, .malformedData, .missingInput, .outputBlocked, .noPermission,
      .badRecipe:
      self = .permanent
    case nil: self = .crash
    }
  }

  /// Signals by which somebody ends a program that has done nothing wrong: HUP, INT, KILL, TERM.
  private static let endings: Set<Int> = [1, 2, 9, 15]

  /// The class of a signal.
  public init(signal: Int) {
    self = Self.endings.contains(signal) ? .temporary : .crash
  }
}

/// How often and after which pause a task is tried again.
public struct RetryPolicy: Sendable, Hashable {
  /// How often after a temporary failure.
  public var retries: Int
  /// The pause before the first of these, in seconds; it doubles each time.
  public var pause: Double

  private static let crashRetries = 1
  private static let longestPause = 60.0

  /// Makes a policy.
  public init(retries: Int = 3, pause: Double = 0.5) {
    (self.retries, self.pause) = (retries, pause)
  }

  /// The pause before the next attempt.
  ///
  /// - Parameter failures: the classes of all attempts so far.
  /// - Returns: seconds; nil when there is no next attempt.
  func pause(after failures: [FailureClass]) -> Double? {
    guard let last = failures.last else { return 0 }
    let count = failures.count { $0 == last }
    switch last {
    case .permanent: return nil
    case .crash: return count <= Self.crashRetries ? 0 : nil
    case .temporary:
      guard count <= retries else { return nil }
      let doubled = (1..<count).reduce(pause) { pause, _ in min(2 * pause, Self.longestPause) }
      return max(0, min(doubled, Self.longestPause))
    }
  }
}

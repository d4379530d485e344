/// What was done to a model, oldest first.
public struct History: Hashable, Sendable {
  /// The steps.
  public var entries: [HistoryEntry]

  /// Makes a history.
  public init(_ entries: [HistoryEntry] = []) {
    self.entries = entries
  }
}

/// One step of a history: what, how, and what came of it.
///
/// No clock, no path, no user.
public struct HistoryEntry: Hashable, Sendable {
  /// What was done, such as `prune`.
  public var action: String
  /// How: option names and values, ordered by name.
  public var settings: [Setting]
  /// How many weights the step looked at.
  public var weightCount: Int
  /// How many of them were zero before.
  public var zerosBefore: Int
  /// How many of them are zero after.
  public var zerosAfter: Int

  /// A named value.
  public struct Setting: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a setting.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Makes an entry.
  public init(
    action: String, settings: [Setting], weightCount: Int, zerosBefore: Int, zerosAfter: Int
  ) {
    self.action = action
    self.settings = settings.sorted { $0.name < $1.name }
    self.weightCount = weightCount
    self.zerosBefore = zerosBefore
    self.zerosAfter = zerosAfter
  }
}

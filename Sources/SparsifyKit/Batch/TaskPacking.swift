/// Which task is next: the first that fits into what is left of the memory.
struct TaskPacking: Sendable {
  /// How far ahead of a task that does not fit others are looked for.
  private static let mostPassedOver = 256

  private let needs: [Int]
  private var free: Int
  private var next = 0
  /// Tasks that did not fit when it was their turn, in order.
  private var passedOver: [Int] = []
  private var isStopped = false

  /// Packs tasks with these needs into so many bytes, which none of them exceeds.
  init(needs: [Int], budget: Int) {
    (self.needs, free) = (needs, budget)
  }

  /// What somebody who has nothing to do does.
  enum Turn: Equatable {
    case start(Int)
    case wait
    case end
  }

  /// The next task, which takes its memory.
  mutating func take() -> Turn {
    guard !isStopped else { return .end }
    if let place = passedOver.firstIndex(where: { needs[$0] <= free }) {
      return start(passedOver.remove(at: place))
    }
    while next < needs.count, passedOver.count < Self.mostPassedOver {
      defer { next += 1 }
      if needs[next] <= free { return start(next) }
      passedOver.append(next)
    }
    return next == needs.count && passedOver.isEmpty ? .end : .wait
  }

  private mutating func start(_ task: Int) -> Turn {
    free -= needs[task]
    return .start(task)
  }

  /// Gives back what a task took.
  mutating func finish(_ task: Int) {
    free += needs[task]
  }

  /// Starts nothing more.
  mutating func stop() {
    isStopped = true
  }
}

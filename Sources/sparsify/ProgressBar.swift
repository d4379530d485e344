internal import SparsifyKit

/// One line on a terminal's standard error: how far, how fast, how much longer.
///
/// Nothing is drawn when standard error is no terminal or the work is done within half a second.
final class ProgressBar {
  private static let patience = 0.5
  private static let interval = 0.1
  private static let width = 24

  private let label: String
  private let isShown: Bool
  private let start = monotonicSeconds()
  private var lastDrawn = 0.0
  private var isDrawn = false

  init(_ label: String, isWanted: Bool) {
    self.label = label
    isShown = isWanted && OutputStream.talk.isTerminal
  }

  /// Shows that `done` of `total` bytes are done.
  func update(_ done: Int, of total: Int) {
    guard isShown, total > 0 else { return }
    let now = monotonicSeconds()
    guard now - start > Self.patience, now - lastDrawn > Self.interval else { return }
    lastDrawn = now
    isDrawn = true
    OutputStream.talk.write("\r" + line(done, total, seconds: now - start) + "\u{1B}[K")
  }

  /// Wipes the line.
  func clear() {
    guard isDrawn else { return }
    OutputStream.talk.write("\r\u{1B}[K")
    isDrawn = false
  }

  private func line(_ done: Int, _ total: Int, seconds: Double) -> String {
    let share = min(1, Double(done) / Double(total))
    let filled = Int(share * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
    let rate = Double(done) / seconds
    let left = rate > 0 ? Int(Double(total - done) / rate) : 0
    return "\(label) [\(bar)] \(Int(share * 100)) %  \(ByteSize(Int(rate)))/s  \(left) s left"
  }
}

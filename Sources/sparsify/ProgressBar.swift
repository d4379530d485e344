internal import SparsifyKit

/// One line on a terminal's standard error: how far, how fast, how much longer.
///
/// Nothing is drawn when standard error is no terminal, or one that cannot wipe a line, or the work is
/// done within half a second.
final class ProgressBar {
  private static let patience = 0.5
  private static let interval = 0.1

  /// What is counted.
  enum Unit {
    case bytes
    case layers

    /// A rate in words; nil where it says nothing.
    func rate(_ perSecond: Double) -> String? {
      self == .bytes ? "\(ByteSize(Int(perSecond)))/s" : nil
    }
  }

  private let label: String
  private let unit: Unit
  private let isShown: Bool
  private let start = monotonicSeconds()
  private var rate = RecentRate()
  private var lastDrawn = 0.0
  private var isDrawn = false

  init(_ label: String, unit: Unit = .bytes, isWanted: Bool) {
    (self.label, self.unit) = (label, unit)
    isShown = isWanted && OutputStream.talk.isTerminal && !OutputStream.isDumbTerminal
  }

  /// Shows that `done` of `total` units are done.
  func update(_ done: Int, of total: Int) {
    guard isShown, total > 0 else { return }
    let now = monotonicSeconds()
    guard now - lastDrawn > Self.interval else { return }
    lastDrawn = now
    rate.add(done, at: now)
    guard now - start > Self.patience else { return }
    isDrawn = true
    let line = ProgressLine(
      label: label, done: done, total: total, unit: unit, perSecond: rate.perSecond)
    OutputStream.talk.write("\r" + line.text(columns: OutputStream.talk.columns) + "\u{1B}[K")
  }

  /// Wipes the line.
  func clear() {
    guard isDrawn else { return }
    OutputStream.talk.write("\r\u{1B}[K")
    isDrawn = false
  }
}

/// How fast it went lately: the median over the last seconds, which one stall or burst does not move.
struct RecentRate {
  private static let most = 64

  private var last: (done: Int, seconds: Double)?
  private var rates: [Double] = []

  /// Notes that so much was done at that time.
  mutating func add(_ done: Int, at seconds: Double) {
    if let last, seconds > last.seconds {
      rates.append(Double(max(0, done - last.done)) / (seconds - last.seconds))
      if rates.count > Self.most { rates.removeFirst() }
    }
    last = (done, seconds)
  }

  /// The median; nil before two notes.
  var perSecond: Double? {
    rates.isEmpty ? nil : rates.sorted()[rates.count / 2]
  }
}

/// The words of a progress bar: plain ASCII, never wider than the terminal.
struct ProgressLine {
  private static let widestBar = 24
  private static let narrowestBar = 8

  let label: String
  let done: Int
  let total: Int
  let unit: ProgressBar.Unit
  let perSecond: Double?

  /// The line; the bar gives way first when there is little room, then the end of the words.
  func text(columns: Int) -> String {
    let share = min(1, Double(done) / Double(total))
    let words = ["\(Int(share * 100)) %", rate, left].compactMap(\.self).joined(separator: "  ")
    let room = min(Self.widestBar, columns - label.count - words.count - 5)
    guard room >= Self.narrowestBar else {
      return String("\(label) \(words)".prefix(max(0, columns - 1)))
    }
    let filled = Int(share * Double(room))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled)
    return "\(label) [\(bar)] \(words)"
  }

  private var rate: String? {
    perSecond.flatMap(unit.rate)
  }

  private var left: String? {
    guard let perSecond, perSecond > 0 else { return nil }
    let seconds = Int(min(Double(max(0, total - done)) / perSecond, 359_999))
    let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
    let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    if hours > 0 { return "\(hours) h \(minute) min left" }
    return minutes > 0 ? "\(minutes) min \(rest) s left" : "\(rest) s left"
  }
}

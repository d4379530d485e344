#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A moment after which nobody waits.
public struct Deadline: Sendable {
  /// Seconds of the monotonic clock; nil for never.
  private let moment: Double?

  /// Waits for ever.
  public static let never = Deadline(moment: nil)

  /// So many seconds from now.
  public static func after(seconds: Double) -> Deadline {
    Deadline(moment: now() + seconds)
  }

  /// True when the moment is over.
  public var hasPassed: Bool {
    moment.map { Self.now() >= $0 } ?? false
  }

  /// The time that is left as `poll` takes it: rounded up, -1 for ever.
  var milliseconds: Int32 {
    guard let moment else { return -1 }
    return Int32(max(0, min((moment - Self.now()) * 1000, 1e9)).rounded(.up))
  }

  /// This moment or one in so many milliseconds, whichever is earlier.
  func earlier(milliseconds: Int32) -> Deadline {
    let other = Self.now() + Double(milliseconds) / 1000
    return Deadline(moment: moment.map { min($0, other) } ?? other)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

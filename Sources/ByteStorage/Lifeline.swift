#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A connection to the process that started this one, and that this one shall not outlive.
///
/// Killed processes tell nobody, but the system closes what they held: the end of a connection is the
/// signal, and the same signal handler as for an interrupt then leaves nothing behind.
public enum Lifeline {
  /// The variable of the environment that holds the descriptor's number.
  public static let variable = "SPARSIFY_LIFELINE"

  /// Ends this process when the other side of the descriptor in the environment is closed.
  ///
  /// Does nothing without the variable. `Termination.removesTemporaryFiles` comes first.
  public static func watchIfAsked() {
    guard let text = getenv(variable), let descriptor = Int32(String(cString: text)) else { return }
    signal(SIGIO) { _ in raise(SIGTERM) }
    guard fcntl(descriptor, F_SETOWN, getpid()) == 0,
      fcntl(descriptor, F_SETFL, O_ASYNC | O_NONBLOCK) == 0
    else { return }
    // The other side may have gone before anybody watched.
    var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    if poll(&end, 1, 0) > 0 { raise(SIGTERM) }
  }
}

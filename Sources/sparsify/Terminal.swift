#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The colours of talk, by their terminal codes.
enum Colour: Int {
  case red = 31
  case yellow = 33
}

/// One of the process's output streams.
enum OutputStream {
  case data
  case talk

  /// Data goes to standard output, talk to standard error.
  var descriptor: Int32 { self == .data ? STDOUT_FILENO : STDERR_FILENO }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Whether to use colour: asked for by FORCE_COLOR, or a terminal and not refused by NO_COLOR
  /// or `--no-color`, which must count before the options are parsed.
  var usesColour: Bool {
    if CommandLine.arguments.contains("--no-color") { return false }
    if isSet("NO_COLOR") { return false }
    if isSet("FORCE_COLOR") { return true }
    return isTerminal && getenv("TERM").map { String(cString: $0) != "dumb" } ?? true
  }

  /// Gives the three standard streams to nobody when the caller closed them: the next file opened
  /// would get their numbers, and then talk would go into it.
  static func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// Writes text; a closed or full stream is not worth an error on top.
  func write(_ text: String) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
        #else
          Darwin.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      done += count
    }
  }

  /// The text in a colour, where colour is used; the words say the same without it.
  func coloured(_ text: String, _ colour: Colour) -> String {
    usesColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Writes a line.
  func line(_ text: String) {
    write(text + "\n")
  }

  private func isSet(_ name: String) -> Bool {
    getenv(name).map { $0.pointee != 0 } ?? false
  }
}

/// Seconds since some fixed time, never going back.
func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

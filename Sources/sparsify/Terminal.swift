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

  /// Whether to use colour, for this stream: what says most goes first, and then a terminal has some.
  ///
  /// `--no-color` must count before the options are parsed. Sources: no-color.org, force-color.org.
  var usesColour: Bool {
    if CommandLine.arguments.contains("--no-color") { return false }
    if Self.variable("FORCE_COLOR") != nil { return true }
    if Self.variable("NO_COLOR") != nil { return false }
    return isTerminal && !Self.isDumbTerminal
  }

  /// True when the terminal takes no control sequences.
  static var isDumbTerminal: Bool { variable("TERM") == "dumb" }

  /// How many characters a line holds: what COLUMNS says, or the terminal, or 80.
  var columns: Int {
    if let told = Self.variable("COLUMNS").flatMap({ Int($0) }), told > 0 { return told }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
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

  /// What a variable of the environment says; nil when it is not there or empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Seconds since some fixed time, never going back.
func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

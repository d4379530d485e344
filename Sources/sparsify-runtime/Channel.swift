internal import InferenceProtocol

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The way to the program that started this one: its requests come in, replies go out.
struct Channel {
  /// The descriptor that the other side's memory comes as.
  private static let sharedNumber: Int32 = 4

  private let output: Int32
  /// What both sides see; nil when there is none.
  private let shared: SharedMemory?

  /// True when contents may stand in shared memory.
  var isSharing: Bool { shared != nil }
  /// Where contents of requests stand.
  var requests: SharedRoom? { shared?.requests }

  /// Takes standard output for itself; what the runtime prints goes to standard error.
  init() {
    shared = SharedMemory(descriptor: Self.sharedNumber)
    output = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    signal(SIGPIPE, SIG_IGN)
    // A crash is told by the other side; reports of Swift's own would only keep it waiting.
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP] { signal(number, SIG_DFL) }
  }

  /// The next request; nil when there will be none.
  func receive() throws -> Frame? {
    try Frame { buffer in
      while true {
        let count = read(STDIN_FILENO, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        if errno != EINTR { return 0 }
      }
    }
  }

  /// Sends a reply; false when nobody is there to take it.
  func send(_ message: some Message) -> Bool {
    message.frame(sharing: shared?.replies).allSatisfy { Self.write($0, to: output) }
  }

  /// Says something to people.
  func complain(_ line: String) {
    _ = Self.write(Array("\(line)\n".utf8)[...], to: STDERR_FILENO)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        #if canImport(Glibc)
          let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        #else
          let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
        #endif
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  /// Ends this process when the other side is gone, even in the middle of a run.
  func endWithOtherSide() {
    #if canImport(Glibc)
      var thread = pthread_t()
      pthread_create(&thread, nil, { _ in Channel.waitForHangUp() }, nil)
    #endif
  }

  #if canImport(Glibc)
    private static func waitForHangUp() -> UnsafeMutableRawPointer? {
      var wanted = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
      while true {
        // Without events, poll returns for a hang-up alone.
        if poll(&wanted, 1, -1) > 0 { _exit(0) }
      }
    }
  #endif
}

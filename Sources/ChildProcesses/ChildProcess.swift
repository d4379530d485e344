#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A program that runs beside this one; ended when nobody holds it any more.
///
/// Everything waits in the calling thread: conversions are synchronous, and a crash has to be told
/// from an exit. One thread uses it at a time.
public final class ChildProcess {
  /// How often a child whose children outlive it is looked at, in milliseconds.
  private static let patience: Int32 = 100

  private let program: ChildProgram
  private let identifier: pid_t
  /// Nothing is ever written here: it ends when the last process that inherited the other side does.
  private let lifeline: Endpoint
  private var input: Endpoint?
  private let output: Endpoint?
  private let errors: Endpoint?
  private var ending: ChildEnding?

  /// Starts a program.
  ///
  /// Throws `ChildProcessError.cannotStart` when the system refuses.
  public init(_ program: ChildProgram) throws(ChildProcessError) {
    var spawning = try Spawning(program)
    identifier = try spawning.start()
    self.program = program
    lifeline = spawning.lifeline
    (input, output, errors) = (spawning.input, spawning.output, spawning.errors)
    spawning.closeTheirs()
  }

  deinit {
    guard ending == nil else { return }
    terminate()
    _ = waitForEnding()
  }

  /// Gives bytes to the program, all of them.
  ///
  /// Throws `ChildProcessError.hungUp` when it reads no more, `.timedOut` at the deadline.
  public func write(
    _ bytes: UnsafeRawBufferPointer, until deadline: Deadline = .never
  ) throws(ChildProcessError) {
    var done = 0
    while done < bytes.count {
      guard let input else { throw .hungUp(program.executable) }
      guard input.isReady(to: POLLOUT, until: deadline) else {
        throw .timedOut(program.executable)
      }
      guard let count = input.send(UnsafeRawBufferPointer(rebasing: bytes[done...])) else {
        throw .hungUp(program.executable)
      }
      done += count
    }
  }

  /// Tells the program that nothing more comes.
  public func closeInput() {
    input = nil
  }

  /// The next bytes of what the program prints: at least one, none at its end.
  ///
  /// Throws `ChildProcessError.timedOut` at the deadline.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline = .never
  ) throws(ChildProcessError) -> Int {
    guard let output, buffer.count > 0 else { return 0 }
    guard output.isReady(to: POLLIN, until: deadline) else { throw .timedOut(program.executable) }
    return output.receive(into: buffer)
  }

  /// Everything that the program prints and complains until it ends, at most so many bytes of each.
  ///
  /// Throws `ChildProcessError.timedOut` at the deadline.
  public func collect(
    atMost limit: Int, until deadline: Deadline = .never
  ) throws(ChildProcessError) -> (output: [UInt8], errors: [UInt8]) {
    var streams = [CollectedStream(output), CollectedStream(errors)]
    while streams.contains(where: \.isOpen) {
      guard CollectedStream.receive(&streams, atMost: limit, until: deadline) else {
        throw .timedOut(program.executable)
      }
    }
    return (streams[0].bytes, streams[1].bytes)
  }

  /// Waits for the program to end; nil at the deadline.
  public func wait(until deadline: Deadline = .never) -> ChildEnding? {
    while true {
      if let ending = poll() { return ending }
      let next = deadline.earlier(milliseconds: Self.patience)
      if lifeline.isReady(to: POLLIN, until: next) { return waitForEnding() }
      if deadline.hasPassed { return poll() }
    }
  }

  /// Ends the program at once; with its own children, when they have a group of their own.
  public func terminate() {
    guard ending == nil else { return }
    kill(program.hasOwnGroup ? -identifier : identifier, SIGKILL)
  }

  /// How the program ended, if it did.
  public func poll() -> ChildEnding? {
    reap(WNOHANG)
  }

  private func waitForEnding() -> ChildEnding? {
    reap(0)
  }

  private func reap(_ options: Int32) -> ChildEnding? {
    if let ending { return ending }
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(identifier, &status, options) } while result < 0 && errno == EINTR
    guard result == identifier else { return nil }
    // The layout of a wait status: the signal below, the exit code above it.
    let signal = status & 0x7F
    ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    return ending
  }
}

internal import ByteStorage
internal import ChildProcesses
internal import InferenceProtocol

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The way to the program that runs the model: requests go out, replies come in.
///
/// Whatever happens to the program becomes an error that says so.
final class RuntimeChannel {
  private static let secondsToEnd = 5.0
  private static let mostWords = 4096

  private let child: ChildProcess
  private let options: InferenceOptions
  private let library: String
  /// What both sides see; nil when there is none.
  private var shared: SharedMemory?

  /// Starts the program and waits until it has loaded the library.
  ///
  /// Throws `InferenceError` and `ChildProcessError.cannotStart`.
  init(options: InferenceOptions) throws {
    let location = try options.location ?? RuntimeLocation.found()
    var program = ChildProgram(executable: location.program, arguments: [location.library])
    (program.input, program.output, program.errors) = (.piped, .piped, .piped)
    #if os(Linux)
      program.memoryLimit = options.memoryLimit
    #endif
    program.heldDescriptor = SharedMemory.descriptor()
    defer { program.heldDescriptor.map { _ = close($0) } }
    shared = program.heldDescriptor.flatMap(SharedMemory.init)
    child = try ChildProcess(program)
    self.options = options
    library = location.library
  }

  /// The version of the library, as the program says when it is ready.
  func version() throws -> String {
    let ready = try reply(ReadyReply.self, "was loaded", until: deadline)
    if !ready.isSharing { shared = nil }
    return ready.version
  }

  /// Sends a request and waits for its reply.
  func ask<Reply: Message>(
    _ request: some Message, for reply: Reply.Type, _ doing: String
  ) throws -> Reply {
    let deadline = deadline
    try explaining(doing) {
      for piece in request.frame(sharing: shared?.requests) {
        try piece.withUnsafeBytes { try child.write($0, until: deadline) }
      }
    }
    return try self.reply(reply, doing, until: deadline)
  }

  private var deadline: Deadline { .after(seconds: options.secondsPerAnswer) }

  private func reply<Reply: Message>(
    _: Reply.Type, _ doing: String, until deadline: Deadline
  ) throws -> Reply {
    let frame = try explaining(doing) {
      try Frame { try child.read(into: $0, until: deadline) }
    }
    guard let frame else { throw ending(doing) }
    do {
      switch frame.kind {
      case Reply.kind: return try Reply(body: frame.body, sharing: shared?.replies)
      case .failure: throw failure(try FailureReply(body: frame.body), doing)
      default: throw ProtocolError("a message of the kind \(frame.kind)")
      }
    } catch let error as ProtocolError {
      throw InferenceError.badReply(reason: error.reason)
    }
  }

  /// Turns what happened to the program into an error that says so.
  private func explaining<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch ChildProcessError.timedOut {
      child.terminate()
      throw InferenceError.timedOut(doing: doing, seconds: options.secondsPerAnswer)
    } catch ChildProcessError.hungUp {
      throw ending(doing)
    } catch let error as ProtocolError {
      // A frame that ends early is what a crash leaves.
      guard child.wait(until: .after(seconds: 0.5)) == nil else { throw ending(doing) }
      child.terminate()
      throw InferenceError.badReply(reason: error.reason)
    }
  }

  private func failure(_ reply: FailureReply, _ doing: String) -> InferenceError {
    let wasAllocating = ["bad_alloc", "bad allocation", "Failed to allocate memory"]
    if wasAllocating.contains(where: { reply.reason.contains($0) }) {
      return .outOfMemory(doing: doing, limit: options.memoryLimit)
    }
    switch reply.stage {
    case .library: return .libraryUnusable(library, reason: reply.reason)
    case .version: return .libraryTooOld(library, version: reply.reason)
    case .model: return .modelRefused(reason: Self.withoutPath(reply.reason))
    case .run: return .runFailed(reason: reply.reason)
    }
  }

  /// The reason without "Load model from … failed:", which would leave no room for the rest.
  private static func withoutPath(_ reason: String) -> String {
    let parts = reason.split(separator: " failed:", maxSplits: 1)
    guard parts.count == 2, parts[0].hasPrefix("Load model from") else { return reason }
    return String(parts[1])
  }

  /// How the program ended, which it should not have.
  private func ending(_ doing: String) -> InferenceError {
    let words = lastWords()
    guard let ending = child.wait(until: .after(seconds: Self.secondsToEnd)) else {
      child.terminate()
      return .badReply(reason: "it hung up")
    }
    if words.contains("bad_alloc") || words.contains("memory") {
      return .outOfMemory(doing: doing, limit: options.memoryLimit)
    }
    switch ending {
    case .signalled(let signal): return .crashed(doing: doing, signal: Int(signal), words: words)
    case .exited(let code): return .ended(doing: doing, code: Int(code), words: words)
    }
  }

  /// The last line of what the program complained.
  private func lastWords() -> String {
    let deadline = Deadline.after(seconds: Self.secondsToEnd)
    guard let streams = try? child.collect(atMost: Self.mostWords, until: deadline) else {
      return ""
    }
    let lines = String(decoding: streams.errors, as: UTF8.self).split(separator: "\n")
    return lines.last.map(String.init) ?? ""
  }
}

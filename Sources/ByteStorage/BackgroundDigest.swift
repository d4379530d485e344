/// A digest worked out on a thread of its own, a few pieces behind whoever hands them over.
public final class BackgroundDigest<Hash: Digest & SendableMetatype>: Sendable {
  private struct State {
    var pieces: [[UInt8]] = []
    var isComplete = false
    var digest: [UInt8]?
  }

  /// The most pieces that wait: memory stays bounded.
  private static var mostWaiting: Int { 4 }

  private let state = Monitor(State())
  private let thread: WorkerThread

  /// Starts a digest; nil when the system gives no thread.
  public init?() {
    let state = state
    guard let thread = WorkerThread({ Self.run(state) }) else { return nil }
    self.thread = thread
  }

  deinit {
    state.update { $0.isComplete = true }
    thread.join()
  }

  /// Adds bytes.
  public func update(_ bytes: [UInt8]) {
    state.wait { $0.pieces.count < Self.mostWaiting ? () : nil }
    state.update { $0.pieces.append(bytes) }
  }

  /// The digest of all bytes added; nothing may be added after.
  public func finalize() -> [UInt8] {
    state.update { $0.isComplete = true }
    return state.wait { $0.digest }
  }

  private static func run(_ state: Monitor<State>) {
    let hash = Hash()
    while let piece = next(state) { piece.withUnsafeBytes { hash.update($0) } }
    let digest = hash.finalize()
    state.update { $0.digest = digest }
  }

  /// The next piece, waiting for it; nil when all were taken.
  private static func next(_ state: Monitor<State>) -> [UInt8]? {
    let piece: [UInt8]?? = state.wait { state in
      guard state.pieces.isEmpty else { return .some(state.pieces.removeFirst()) }
      return state.isComplete ? .some(nil) : nil
    }
    // Whoever waits for room may go on.
    state.update { _ in }
    return piece ?? nil
  }
}

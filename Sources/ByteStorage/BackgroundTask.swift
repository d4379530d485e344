/// One piece of work that runs beside the caller, on a thread of its own.
public final class BackgroundTask<Value: Sendable>: Sendable {
  private let result: Monitor<Result<Value, any Error>?>
  private let thread: WorkerThread?

  /// Starts the work; with `isInline`, or when the system gives no thread, it is done right here.
  public init(isInline: Bool, _ work: @escaping @Sendable () throws -> Value) {
    let result = Monitor<Result<Value, any Error>?>(nil)
    self.result = result
    let run: @Sendable () -> Void = {
      let outcome = Result { try work() }
      result.update { $0 = outcome }
    }
    thread = isInline ? nil : WorkerThread(run)
    if thread == nil { run() }
  }

  deinit {
    thread?.join()
  }

  /// What the work gave, when it is done.
  public func value() throws -> Value {
    try result.wait { $0 }.get()
  }
}

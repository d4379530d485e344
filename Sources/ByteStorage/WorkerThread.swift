#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A thread that runs one closure; it must be joined.
///
/// Plain POSIX threads: the work blocks on files and runs for long, which a pool of tasks is not for.
struct WorkerThread {
  private let handle: pthread_t

  /// Starts a thread; nil when the system gives none.
  init?(_ work: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(work: work))
    #if canImport(Glibc)
      var handle = pthread_t()
      let status = pthread_create(&handle, nil, { Body.run($0) }, body.toOpaque())
    #else
      var created: pthread_t?
      let status = pthread_create(&created, nil, { Body.run($0) }, body.toOpaque())
      guard let handle = created else {
        body.release()
        return nil
      }
    #endif
    guard status == 0 else {
      body.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits until the closure has returned.
  func join() {
    pthread_join(handle, nil)
  }

  private final class Body: Sendable {
    let work: @Sendable () -> Void

    init(work: @escaping @Sendable () -> Void) {
      self.work = work
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().work() }
      return nil
    }
  }
}

/// A value behind a lock, with a way to wait for it to change.
public final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Puts a value behind a lock.
  public init(_ state: State) {
    self.state = state
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(mutex)
    change.deallocate()
    mutex.deallocate()
  }

  /// Changes the value and wakes everybody who waits for it.
  public func update(_ change: (inout State) -> Void) {
    pthread_mutex_lock(mutex)
    change(&state)
    pthread_cond_broadcast(self.change)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until `attempt` gives something, trying again after each change.
  public func wait<Result>(for attempt: (inout State) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = attempt(&state) { return result }
      pthread_cond_wait(change, mutex)
    }
  }
}

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

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
    pthread_mutex_unlock(mutex)
    pthread_cond_broadcast(self.change)
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

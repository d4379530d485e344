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

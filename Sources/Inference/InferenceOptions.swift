#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How a model is run, and what it may take.
public struct InferenceOptions: Sendable {
  /// How many threads one operator may use; one gives the same sums in every run.
  public var threads = 1
  /// How long one answer may take, in seconds.
  public var secondsPerAnswer = 600.0
  /// The most memory the runtime may take, in bytes of address space; all of the machine's, at first.
  public var memoryLimit = Self.physicalMemory
  /// Where the runtime is; nil to look for it.
  public var location: RuntimeLocation?

  /// The usual settings.
  public init() {}

  /// The machine's memory, in bytes.
  private static var physicalMemory: Int {
    max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) &* sysconf(Int32(_SC_PAGESIZE)))
  }
}

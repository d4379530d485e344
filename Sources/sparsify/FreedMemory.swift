#if canImport(Glibc)
  internal import CMalloc
#endif

/// What becomes of memory that is given back.
enum FreedMemory {
  /// No buffer of a chunk is larger.
  private static let largestBuffer: Int32 = 32 << 20
  /// More than all buffers that wait for their turn take.
  private static let mostKept: Int32 = 128 << 20

  /// Keeps it for the thread's next chunk.
  ///
  /// GNU's library gives large buffers back to the system at once; touching each of their pages anew
  /// takes longer than what is done there. Each thread has its heap: buffers that go from one thread to
  /// another are in the wrong processor's cache.
  static func keep() {
    #if canImport(Glibc)
      mallopt(M_MMAP_THRESHOLD, largestBuffer)
      mallopt(M_TRIM_THRESHOLD, mostKept)
    #endif
  }
}

#if canImport(Glibc)
  internal import CMalloc
#endif

/// What becomes of memory that is given back.
enum FreedMemory {
  /// No buffer of a chunk is larger.
  private static let largestBuffer: Int32 = 32 << 20
  /// More than all buffers that wait for their turn take.
  private static let mostKept: Int32 = 128 << 20

  /// Keeps it for the next chunk, of any thread.
  ///
  /// GNU's library gives large buffers back to the system at once, and has a heap for each thread;
  /// touching each of their pages anew takes longer than what is done there. Threads ask for memory a
  /// few times a chunk: one heap is enough.
  static func keep() {
    #if canImport(Glibc)
      mallopt(M_MMAP_THRESHOLD, largestBuffer)
      mallopt(M_TRIM_THRESHOLD, mostKept)
      mallopt(M_ARENA_MAX, 1)
    #endif
  }
}

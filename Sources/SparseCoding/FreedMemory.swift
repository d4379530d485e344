internal import CKernels

/// What becomes of memory that is freed.
public enum FreedMemory {
  /// Keeps what was freed for the next chunk, instead of giving it back to the system.
  ///
  /// A page that the system gives anew costs as much as coding what is in it. The most memory that is
  /// used at a time stays the same. For programs, to be called first; it does nothing where the C
  /// library cannot be told.
  public static func keep() { keep_freed_memory() }
}

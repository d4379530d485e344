#if canImport(Glibc)
  internal import CMemoryFiles
  internal import Glibc
#else
  internal import Darwin
#endif

/// Memory that both sides see, so that large contents go through no socket.
///
/// Its size is sealed: neither side can take it away from the other, which would be a crash. What
/// stands in it may change at any time when the other side lies, so whoever takes sizes from a message
/// takes them from the socket, and only plain numbers from here.
public final class SharedMemory: @unchecked Sendable {
  /// The bytes of both rooms; they take memory only once they are written.
  private static let byteCount = 1 << 26

  private let bytes: UnsafeMutableRawBufferPointer

  /// Where the side that asks writes.
  public var requests: SharedRoom { room(0..<bytes.count / 2) }
  /// Where the side that answers writes.
  public var replies: SharedRoom { room(bytes.count / 2..<bytes.count) }

  /// Maps the memory that a descriptor of another process stands for; nil when it is none, or there is
  /// no room for it.
  public init?(descriptor: Int32) {
    #if canImport(Glibc)
      let seals = fcntl(descriptor, Int32(GET_SEALS.rawValue))
      var status = stat()
      guard seals >= 0, seals & Self.fixedSize == Self.fixedSize, fstat(descriptor, &status) == 0,
        status.st_size == Self.byteCount,
        let start = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
        start != MAP_FAILED
      else { return nil }
      bytes = UnsafeMutableRawBufferPointer(start: start, count: Self.byteCount)
    #else
      return nil
    #endif
  }

  deinit {
    munmap(bytes.baseAddress, bytes.count)
  }

  private func room(_ range: Range<Int>) -> SharedRoom {
    SharedRoom(bytes: UnsafeMutableRawBufferPointer(rebasing: bytes[range]), memory: self)
  }

  /// A descriptor of new memory, which the caller closes; nil where there is no such thing.
  ///
  /// It is above those that a program is given anyway, and no program inherits it by itself.
  public static func descriptor() -> Int32? {
    #if canImport(Glibc)
      let first = memfd_create(
        "sparsify", MEMORY_FILE_CLOSES.rawValue | MEMORY_FILE_HAS_SEALS.rawValue)
      guard first >= 0 else { return nil }
      defer { close(first) }
      guard ftruncate(first, byteCount) == 0,
        fcntl(first, Int32(ADD_SEALS.rawValue), fixedSize) == 0
      else { return nil }
      let descriptor = fcntl(first, F_DUPFD_CLOEXEC, 5)
      return descriptor < 0 ? nil : descriptor
    #else
      return nil
    #endif
  }

  #if canImport(Glibc)
    private static let fixedSize = Int32(
      SEALS_ARE_FINAL.rawValue | SIZE_NEVER_SHRINKS.rawValue | SIZE_NEVER_GROWS.rawValue)
  #endif
}

/// A part of shared memory that one side writes and the other one reads.
public struct SharedRoom: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  /// What keeps it.
  let memory: SharedMemory

  /// Some bytes of it; nil when they are not all inside.
  func contents(at place: UInt64, count: UInt64) -> ArrayContents? {
    guard place <= UInt64(bytes.count), count <= UInt64(bytes.count) - place else { return nil }
    let part = bytes[Int(place)..<Int(place + count)]
    return ArrayContents(UnsafeRawBufferPointer(rebasing: part), keptBy: memory)
  }
}

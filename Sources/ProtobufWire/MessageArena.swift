internal import CProtobufC

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Memory for the C library's structs, given back all at once.
///
/// Never more than its limit: beyond, allocation fails and with it the unpacking.
public final class MessageArena {
  private static let chunkSize = 64 << 10
  private static let largeSize = 16 << 10
  private static let alignment = 16

  private let limit: Int
  private var used = 0
  private var chunks: [UnsafeMutableRawPointer] = []
  /// Allocations with a chunk of their own, which the library may give back early.
  private var large: [UnsafeMutableRawPointer: Int] = [:]
  private var next: UnsafeMutableRawPointer?
  private var rest = 0

  /// Makes an arena of at most `limit` bytes.
  public init(limit: Int = Int.max) {
    self.limit = limit
  }

  deinit {
    for chunk in chunks { free(chunk) }
    for chunk in large.keys { free(chunk) }
  }

  /// Memory aligned to 16 bytes, its contents undefined; nil when the limit or the system refuses.
  public func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, byteCount <= Int.max - Self.alignment else { return nil }
    let size = max((byteCount + Self.alignment - 1) & ~(Self.alignment - 1), Self.alignment)
    if size > rest {
      if size >= Self.largeSize { return allocateLarge(size) }
      guard addChunk() else { return nil }
    }
    defer {
      next = next.map { $0 + size }
      rest -= size
    }
    return next
  }

  private func allocateLarge(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size <= limit - used, let memory = malloc(size) else { return nil }
    used += size
    large[memory] = size
    return memory
  }

  private func addChunk() -> Bool {
    guard Self.chunkSize <= limit - used, let chunk = malloc(Self.chunkSize) else { return false }
    used += Self.chunkSize
    chunks.append(chunk)
    next = chunk
    rest = Self.chunkSize
    return true
  }

  /// Gives a large allocation back; small ones stay until the arena goes.
  private func release(_ memory: UnsafeMutableRawPointer?) {
    guard let memory, let size = large.removeValue(forKey: memory) else { return }
    used -= size
    free(memory)
  }

  /// The arena as the C library wants it; valid while `body` runs.
  func withAllocator<Result>(
    _ body: (UnsafeMutablePointer<ProtobufCAllocator>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) {
      var allocator = ProtobufCAllocator(
        alloc: { context, size in
          context.flatMap { MessageArena.at($0).allocate(size) }
        },
        free: { context, memory in
          if let context { MessageArena.at(context).release(memory) }
        },
        allocator_data: Unmanaged.passUnretained(self).toOpaque())
      return try body(&allocator)
    }
  }

  private static func at(_ context: UnsafeMutableRawPointer) -> MessageArena {
    Unmanaged<MessageArena>.fromOpaque(context).takeUnretainedValue()
  }
}

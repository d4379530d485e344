internal import Synchronization

/// The last few pieces of bytes that were made, for what is read in smaller parts and in order.
final class RecentBytes<Key: Hashable & Sendable>: Sendable {
  private let capacity: Int
  private let entries = Mutex<[(key: Key, bytes: [UInt8])]>([])

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The bytes of a piece, made unless they are at hand.
  func bytes(of key: Key, make: () throws -> [UInt8]) rethrows -> [UInt8] {
    let found = entries.withLock { list in list.first { $0.key == key }?.bytes }
    if let found { return found }
    let bytes = try make()
    entries.withLock { list in
      if list.count == capacity { list.removeFirst() }
      list.append((key, bytes))
    }
    return bytes
  }
}

internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The name of a temporary file, known to the signal handler until the file is renamed or removed.
final class TemporaryName: Sendable {
  let folder: Int32
  let name: String
  private let slot: Int?

  /// Registers a temporary file that was just made.
  init(folder: Int32, name: String) {
    self.folder = folder
    self.name = name
    slot = PendingFiles.add(folder: folder, name: name)
  }

  /// Removes the file.
  func remove() {
    unlinkat(folder, name, 0)
    forget()
  }

  /// Leaves the file to its new name.
  func forget() {
    if let slot { PendingFiles.clear(slot) }
  }

  /// A name nobody can guess, beside the output; short enough for any file system.
  static func random(for name: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    return ".\(stem(name)).\(digits).tmp"
  }
}

/// Temporary files that a signal must remove: a fixed table, since a handler may not allocate or lock.
enum PendingFiles {
  private static let capacity = 64

  private struct Entry {
    var folder: Int32 = -1
    var name: UnsafeMutablePointer<CChar>?
  }

  /// Entries are written under `lock`; the handler reads them as they are.
  nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
    let table = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    table.initialize(repeating: Entry(), count: capacity)
    return table
  }()
  private static let lock = Mutex<Void>(())

  /// Remembers a file; nil when the table is full.
  static func add(folder: Int32, name: String) -> Int? {
    lock.withLock { _ in
      for index in 0..<capacity where entries[index].name == nil {
        entries[index] = Entry(folder: folder, name: strdup(name))
        return index
      }
      return nil
    }
  }

  /// Forgets a file.
  static func clear(_ index: Int) {
    lock.withLock { _ in
      // The few bytes of the name are not freed: a handler may be reading them.
      entries[index] = Entry()
    }
  }

  /// Removes every remembered file, then the folders; safe inside a signal handler.
  static func removeAll() {
    removeAll(flags: 0)
    removeAll(flags: AT_REMOVEDIR)
  }

  private static func removeAll(flags: Int32) {
    for index in 0..<capacity {
      if let name = entries[index].name { unlinkat(entries[index].folder, name, flags) }
    }
  }
}

/// Ends the process on a signal the way the shell expects, with no temporary file left.
public enum Termination {
  /// Removes temporary files when SIGINT, SIGTERM, SIGHUP, SIGPIPE or SIGXCPU end the process.
  ///
  /// Signals that the caller ignores, as nohup does, stay ignored.
  public static func removesTemporaryFiles() {
    PendingFiles.removeAll()
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU] where !isIgnored(number) {
      signal(number) { number in
        PendingFiles.removeAll()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    // A write past a size limit then fails with an error that names the file.
    signal(SIGXFSZ, SIG_IGN)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    let current = signal(number, SIG_IGN)
    signal(number, current)
    return unsafeBitCast(current, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

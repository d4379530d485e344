internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A folder for a few files that another program reads; it goes with its files when this goes, or when
/// a signal ends the process.
public final class PrivateFolder: Sendable {
  /// The folder's path.
  public let path: String
  private let folder: TemporaryName
  private let files = Mutex<[TemporaryName]>([])

  /// Makes an empty folder that nobody else can look into, in `TMPDIR` or /tmp.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init() throws(FileError) {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let template = (base.isEmpty ? "/tmp" : base) + "/sparsify-XXXXXX"
    var bytes = template.utf8CString.map { $0 }
    guard mkdtemp(&bytes) != nil else { throw FileError.creating(template, errno) }
    path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    folder = TemporaryName(folder: AT_FDCWD, name: path)
  }

  deinit {
    files.withLock { $0.forEach { $0.remove() } }
    rmdir(path)
    folder.forget()
  }

  /// Remembers the files that stand in the folder by now, so that they go with it.
  ///
  /// Folders inside of it are not looked into.
  public func holdFiles() {
    guard let directory = opendir(path) else { return }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    files.withLock { held in
      held.forEach { $0.forget() }
      held = names.map { TemporaryName(folder: AT_FDCWD, name: "\(path)/\($0)") }
    }
  }
}

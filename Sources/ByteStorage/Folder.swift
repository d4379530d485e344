#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A folder as it is walked: what lies in it, and what tells it from others.
public struct Folder: Sendable {
  /// One thing in a folder.
  public struct Entry: Sendable {
    /// Its name; bytes that are not UTF-8 become U+FFFD.
    public let name: String
    /// True for a folder, not for a link to one.
    public let isFolder: Bool
  }

  /// The folder's path.
  public let path: String
  /// What tells this folder from every other one.
  public let identity: FileIdentity

  /// Names an existing folder; nil when there is none at that path.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    self.path = path
    identity = FileIdentity(status)
  }

  /// Everything in the folder, sorted by the bytes of its name.
  ///
  /// - Throws: `FileError` when the folder cannot be read.
  public func entries() throws(FileError) -> [Entry] {
    guard let stream = opendir(path) else { throw .opening(path, errno) }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let found = readdir(stream) {
      let name = withUnsafeBytes(of: &found.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name != ".", name != ".." else { continue }
      entries.append(
        Entry(name: name, isFolder: isFolder(name, kind: Int32(found.pointee.d_type))))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Some file systems do not tell kinds while a folder is read.
  private func isFolder(_ name: String, kind: Int32) -> Bool {
    guard kind == Int32(DT_UNKNOWN) else { return kind == Int32(DT_DIR) }
    var status = stat()
    return lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those it lies in; one that exists is left as it is.
  ///
  /// - Throws: `FileError` when one of them cannot be made.
  public static func make(_ path: String) throws(FileError) {
    guard Folder(path: path) == nil else { return }
    var end = path.startIndex
    while end < path.endIndex {
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      let part = String(path[..<end])
      guard mkdir(part, 0o777) == 0 || errno == EEXIST else { throw .creating(part, errno) }
    }
    guard Folder(path: path) != nil else { throw .creating(path, ENOTDIR) }
  }

  /// True when something stands at a path, be it a link to nothing.
  public static func isTaken(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The absolute path without links, `.` and `..`; what does not exist yet may stand at its end.
  ///
  /// - Throws: `FileError` when a folder on the way cannot be entered.
  public static func resolved(_ path: String) throws(FileError) -> String {
    var (existing, missing) = (path.isEmpty ? "." : path, "")
    while true {
      if let real = realpath(existing, nil) {
        defer { free(real) }
        let base = String(cString: real)
        return (base == "/" ? "" : base) + missing
      }
      guard errno == ENOENT, existing != "." else { throw .opening(existing, errno) }
      let (parent, name) = AtomicFile.split(existing)
      guard name != ".." else { throw .opening(existing, ENOENT) }
      if !name.isEmpty, name != "." { missing = "/" + name + missing }
      existing = parent
    }
  }
}

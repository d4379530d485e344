internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The folder a model lies in: the only place its data files may be.
///
/// Files are opened part by part from the folder's descriptor without following links, so no path and
/// no swap of a folder during the run leads out of it. At most `mostOpenFiles` are open at a time.
public final class ModelFolder: Sendable {
  /// The most data files held open.
  public static let mostOpenFiles = 64

  /// The folder's path, for messages.
  public let path: String
  private let descriptor: Int32
  private let allowsHardLinks: Bool
  private let cache = Mutex(OpenFileCache())

  /// Opens the folder that a model file lies in.
  ///
  /// - Throws: `FileError` when it cannot be opened.
  public init(ofFileAt path: String, allowsHardLinks: Bool = false) throws(FileError) {
    let cut = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    descriptor = openat(AT_FDCWD, folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { throw FileError.opening(folder, errno) }
    self.path = folder
    self.allowsHardLinks = allowsHardLinks
  }

  deinit {
    close(descriptor)
  }

  /// A file of the folder; it is opened to learn its size, and again whenever it is read later.
  ///
  /// - Throws: `FileError` when the path leaves the folder, or names no regular file.
  public func file(at location: ByteString) throws(FileError) -> FolderFile {
    let opened = try openFile(at: location)
    return FolderFile(
      folder: self, location: location, byteCount: opened.byteCount, identity: opened.identity)
  }

  /// The open file of that path, from the cache when it is there.
  func openFile(at location: ByteString) throws(FileError) -> OpenFile {
    if let known = cache.withLock({ $0.use(location) }) { return known }
    let opened = try open(relative: location)
    cache.withLock { $0.keep(opened, at: location) }
    return opened
  }

  /// Opens a file of the folder.
  ///
  /// - Throws: `FileError` when the path leaves the folder, or names no regular file.
  public func open(relative location: ByteString) throws(FileError) -> OpenFile {
    let parts = try RelativePath(location).parts
    let shown = path == "." ? location.text : path + "/" + location.text
    var parent = descriptor
    defer { if parent != descriptor { close(parent) } }
    for part in parts.dropLast() {
      let next = Self.openAt(parent, part, O_DIRECTORY)
      let number = next < 0 && Self.isLink(parent, part) ? ELOOP : errno
      if parent != descriptor { close(parent) }
      parent = descriptor
      guard next >= 0 else { throw FileError.opening(shown, number) }
      parent = next
    }
    let file = Self.openAt(parent, parts.last ?? "", O_NONBLOCK)
    guard file >= 0 else { throw FileError.opening(shown, errno) }
    return try OpenFile(descriptor: file, path: shown, allowsHardLinks: allowsHardLinks)
  }

  /// True for a symbolic link; opening one as a folder only says that it is none.
  private static func isLink(_ parent: Int32, _ name: ByteString) -> Bool {
    let number = errno
    defer { errno = number }
    var status = stat()
    let failed = (name.bytes + [0]).withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return Int32(-1) }
      return fstatat(
        parent, start.assumingMemoryBound(to: CChar.self), &status, AT_SYMLINK_NOFOLLOW)
    }
    return failed == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private static func openAt(_ parent: Int32, _ name: ByteString, _ flags: Int32) -> Int32 {
    (name.bytes + [0]).withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return -1 }
      return openat(
        parent, start.assumingMemoryBound(to: CChar.self),
        O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags)
    }
  }
}

/// The files held open, and when each was used last.
private struct OpenFileCache {
  private var files: [ByteString: OpenFile] = [:]
  private var lastUse: [ByteString: Int] = [:]
  private var clock = 0

  mutating func use(_ location: ByteString) -> OpenFile? {
    guard let file = files[location] else { return nil }
    clock += 1
    lastUse[location] = clock
    return file
  }

  mutating func keep(_ file: OpenFile, at location: ByteString) {
    if files.count >= ModelFolder.mostOpenFiles,
      let oldest = lastUse.min(by: { $0.value < $1.value })?.key
    {
      files[oldest] = nil
      lastUse[oldest] = nil
    }
    clock += 1
    files[location] = file
    lastUse[location] = clock
  }
}

/// A file of a model's folder that is open only while it is needed.
public struct FolderFile: InputFile {
  private let folder: ModelFolder
  /// The path inside of the folder.
  public let location: ByteString
  /// The file's size when it was first opened.
  public let byteCount: Int
  /// What tells this file from every other one and from its own later versions.
  public let identity: FileIdentity

  fileprivate init(
    folder: ModelFolder, location: ByteString, byteCount: Int, identity: FileIdentity
  ) {
    self.folder = folder
    self.location = location
    self.byteCount = byteCount
    self.identity = identity
  }

  /// Reads from the file, which is opened again when it was closed in between.
  ///
  /// - Throws: `FileError.changed` when it is not the same file any more.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try sameFile().read(at: offset, into: buffer)
  }

  /// Checks that the file is still the one that was first opened.
  ///
  /// - Throws: `FileError.changed` when it is not.
  public func checkUnchanged() throws(FileError) {
    try sameFile().checkUnchanged()
  }

  private func sameFile() throws(FileError) -> OpenFile {
    let file = try folder.openFile(at: location)
    guard file.identity == identity, file.byteCount == byteCount else {
      throw FileError.changed(location.text)
    }
    return file
  }
}

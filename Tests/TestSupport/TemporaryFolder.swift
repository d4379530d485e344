#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A folder of its own for one test; it goes with its contents when the test is over.
public final class TemporaryFolder: Sendable {
  /// The path of the folder.
  public let path: String

  /// Makes an empty folder.
  public init() {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    path = "\(base)/sparsify-test-\(UInt64.random(in: .min ... .max))"
    mkdir(path, 0o700)
  }

  deinit {
    remove(path)
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file in the folder; returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) -> String {
    let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = bytes.withUnsafeBytes { Self.write(descriptor, $0) }
    close(descriptor)
    return file(name)
  }

  /// The names of everything in the folder, sorted.
  public func names() -> [String] { Self.names(in: path) }

  private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private func remove(_ root: String) {
    var folders = [root]
    var index = 0
    while index < folders.count {
      for name in Self.names(in: folders[index]) {
        let child = folders[index] + "/" + name
        if unlink(child) != 0 { folders.append(child) }
      }
      index += 1
    }
    for folder in folders.reversed() { rmdir(folder) }
  }
}

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Files that tests read: the project's fixtures, and larger collections that may lie beside it.
public enum SharedFiles {
  /// The folder of the project.
  public static let project: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// A file of the project's fixtures.
  public static func fixture(_ name: String) -> String { "\(project)/fixtures/\(name)" }

  /// The collection of real models that may lie beside the project's folder.
  public static let corpus = "\(project)/../shared/corpus"

  /// Whether the collection is there; tests that need it are skipped, visibly, when it is not.
  public static var hasCorpus: Bool { access(corpus, R_OK) == 0 }

  /// Paths below a folder whose names end in a suffix, sorted.
  public static func files(in folder: String, suffix: String) -> [String] {
    var folders = [folder]
    var found: [String] = []
    var index = 0
    while index < folders.count {
      guard let directory = opendir(folders[index]) else {
        index += 1
        continue
      }
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let path = folders[index] + "/" + name
        if name.hasSuffix(suffix) { found.append(path) }
        if !name.hasPrefix("."), entry.pointee.d_type == DT_DIR { folders.append(path) }
      }
      closedir(directory)
      index += 1
    }
    return found.sorted()
  }
}

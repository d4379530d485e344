#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Temporary files of outputs whose process was killed before it could remove them.
public enum LeftoverFiles {
  /// Removes what processes that are gone left of some outputs; how many files there were.
  ///
  /// The caller has to know that no process writes one of these outputs any more.
  ///
  /// - Parameters:
  ///   - folder: the folder of the outputs.
  ///   - isOutput: whether an output has this name, of which 100 bytes are left when it is longer.
  /// - Returns: how many files were removed.
  @discardableResult
  public static func remove(in folder: String, where isOutput: (String) -> Bool) -> Int {
    guard let entries = try? Folder(path: folder)?.entries() else { return 0 }
    return entries.count { entry in
      guard !entry.isFolder, let stem = TemporaryName.stem(ofTemporary: entry.name),
        isOutput(stem)
      else { return false }
      return unlink(folder + "/" + entry.name) == 0
    }
  }

  /// What a temporary file's name keeps of its output's name.
  public static func stem(of name: String) -> String { TemporaryName.stem(name) }
}

extension TemporaryName {
  private static let mostDigits = 13

  /// What a temporary file's name keeps of its output's name.
  static func stem(_ name: String) -> String {
    String(decoding: name.utf8.prefix(100), as: UTF8.self)
  }

  /// The stem in the name of a temporary file as `random(for:)` makes it; nil for any other name.
  static func stem(ofTemporary name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, parts[parts.count - 1] == "tmp" else { return nil }
    let digits = parts[parts.count - 2]
    guard (1...mostDigits).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else { return nil }
    return parts[1..<(parts.count - 2)].joined(separator: ".")
  }
}

internal import ByteStorage
internal import Pruning

/// Finds models: files as they are named, folders with all below them, and patterns.
///
/// Hidden files, further files of sharded containers and links to folders are passed over.
struct ModelWalk {
  /// A model that was found.
  struct Found: Hashable {
    /// The absolute path.
    let path: String
    /// Where it lies below what was named, which the outputs mirror.
    let mirrored: String
  }

  /// A folder that is not entered, such as that of the outputs.
  let excluded: Folder?

  /// The models that a word of the command line means, sorted.
  ///
  /// Throws `FileError.missing` and `BatchError.noModels` when there are none.
  func models(named word: String) throws -> [Found] {
    if Folder(path: word) != nil { return try models(below: word, named: word) { _ in true } }
    if (try? OpenFile(path: word)) == nil, word.contains(where: { "*?[".contains($0) }) {
      return try models(matching: word)
    }
    guard Folder.isTaken(word) else { throw FileError.missing(word) }
    let (folder, name) = AtomicFile.split(word)
    guard name != "..", name != "." else { throw FileError.notAFile(word) }
    return [Found(path: try Folder.resolved(folder) + "/" + name, mirrored: name)]
  }

  private func models(matching word: String) throws -> [Found] {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    let fixed = parts.prefix { !$0.contains { "*?[".contains($0) } }
    let root = fixed.isEmpty ? "." : fixed.joined(separator: "/") + "/"
    let pattern = try PathPattern(parts[fixed.count...])
    guard Folder(path: root) != nil else { throw FileError.missing(word) }
    return try models(below: root, named: word) { pattern.matches($0) }
  }

  private func models(
    below root: String, named word: String, where isWanted: (String) -> Bool
  ) throws -> [Found] {
    let base = try Folder.resolved(root)
    var found: [Found] = []
    var pending = [""]
    while let below = pending.popLast() {
      guard let folder = Folder(path: base + "/" + below), !isExcluded(folder) else { continue }
      for entry in try folder.entries() where entry.name.first != "." {
        let path = below + entry.name
        if entry.isFolder {
          pending.append(path + "/")
        } else if Self.isModel(entry.name), isWanted(path) {
          guard !entry.name.contains("\u{FFFD}") else { throw BatchError.unwritableName(path) }
          found.append(Found(path: base + "/" + path, mirrored: path))
        }
      }
    }
    guard !found.isEmpty else { throw BatchError.noModels(word) }
    return found
  }

  private func isExcluded(_ folder: Folder) -> Bool {
    excluded.map { $0.identity.isSameFile(as: folder.identity) } ?? false
  }

  private static func isModel(_ name: String) -> Bool {
    let lower = name.lowercased()
    guard ModelFormats.all.contains(where: { lower.hasSuffix($0.fileExtension) }) else {
      return false
    }
    return ShardName(lower) == nil
  }
}

/// The name of a further file of a container: `model.shard3.spm` of `model.spm`.
struct ShardName {
  /// The name of the first file.
  let first: String

  /// Reads a name; nil when it is none of these.
  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[parts.count - 2].hasPrefix("shard") else { return nil }
    let number = parts[parts.count - 2].dropFirst("shard".count)
    guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    first = (parts.dropLast(2) + parts.suffix(1)).joined(separator: ".")
  }
}

internal import Pruning

/// A pattern for paths: a glob for each part, and `**` for any number of folders.
struct PathPattern {
  /// Nil stands for `**`.
  private let parts: [Glob?]

  /// Reads the parts of a pattern.
  ///
  /// Throws `PruningError.malformedSelector` for a part that is no glob.
  init(_ parts: some Sequence<Substring>) throws(PruningError) {
    var globs: [Glob?] = []
    for part in parts { globs.append(part == "**" ? nil : try Glob(String(part))) }
    self.parts = globs
  }

  /// True when the whole path matches.
  func matches(_ path: String) -> Bool {
    // Which numbers of parts of the pattern can have been used up so far.
    var reached = closed([0])
    for name in path.split(separator: "/") {
      var next: Set<Int> = []
      for index in reached where index < parts.count {
        guard let glob = parts[index] else {
          next.insert(index)
          continue
        }
        if glob.matches(String(name)) { next.insert(index + 1) }
      }
      reached = closed(next)
    }
    return reached.contains(parts.count)
  }

  /// A `**` may stand for no folder at all.
  private func closed(_ indices: Set<Int>) -> Set<Int> {
    var all = indices
    for index in parts.indices where parts[index] == nil && all.contains(index) {
      all.insert(index + 1)
    }
    return all
  }
}

internal import ByteStorage

/// A folder that paths are relative to.
struct RelativeLocation {
  private let parts: [Substring]

  /// Takes an absolute path without links, as `Folder.resolved` gives it.
  init(resolved path: String) {
    parts = path.split(separator: "/")
  }

  /// The way from this folder to a resolved path; a point when it is the folder itself.
  func path(to resolved: String) -> String {
    let target = resolved.split(separator: "/")
    let common = zip(parts, target).prefix { $0 == $1 }.count
    let up = Array(repeating: Substring(".."), count: parts.count - common)
    let way = up + target[common...]
    return way.isEmpty ? "." : way.joined(separator: "/")
  }

  /// A path inside a folder; the folder `.` is not written.
  static func join(_ folder: String, _ path: String) -> String {
    folder == "." ? path : folder + "/" + path
  }
}

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Where ONNX Runtime and the program that loads it are.
public struct RuntimeLocation: Sendable {
  /// The path of `sparsify-runtime`.
  public let program: String
  /// The path of ONNX Runtime's library.
  public let library: String

  /// Names both.
  public init(program: String, library: String) {
    self.program = program
    self.library = library
  }

  /// Looks for both, as the environment says or else where they usually are.
  ///
  /// Throws `InferenceError.programMissing` or `.libraryMissing`.
  public static func found() throws(InferenceError) -> RuntimeLocation {
    RuntimeLocation(program: try program(), library: try library())
  }

  /// The program: `SPARSIFY_RUNTIME`, or beside the command, or in `../libexec/sparsify`.
  private static func program() throws(InferenceError) -> String {
    var candidates: [String] = []
    if let named = variable("SPARSIFY_RUNTIME") {
      candidates = [named]
    } else if let folder = executableFolder() {
      candidates = [
        "\(folder)/sparsify-runtime", "\(folder)/../libexec/sparsify/sparsify-runtime",
      ]
    }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw .programMissing(looked: candidates)
    }
    return found
  }

  /// The library: `SPARSIFY_ONNXRUNTIME`, the system's, or that of a Python package.
  private static func library() throws(InferenceError) -> String {
    if let named = variable("SPARSIFY_ONNXRUNTIME") {
      guard access(named, R_OK) == 0 else { throw .libraryMissing(named: named) }
      return named
    }
    for folder in libraryFolders() {
      if let name = newestLibrary(in: folder) { return "\(folder)/\(name)" }
    }
    throw .libraryMissing(named: nil)
  }

  /// Folders in the order they are searched.
  private static func libraryFolders() -> [String] {
    var folders = (variable("LD_LIBRARY_PATH") ?? "").split(separator: ":").map(String.init)
    folders += ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib64", "/opt/homebrew/lib"]
    folders += ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu" }
    let packages =
      environments(under: variable("VIRTUAL_ENV").map { "\($0)/lib" })
      + environments(under: variable("HOME").map { "\($0)/.local/lib" })
      + environments(under: "/usr/local/lib") + environments(under: "/usr/lib")
    return folders + packages.map { "\($0)/onnxruntime/capi" }
  }

  /// The folders of Python packages below `lib`, of newer Pythons first.
  private static func environments(under lib: String?) -> [String] {
    guard let lib else { return [] }
    let pythons = names(in: lib).filter { $0.hasPrefix("python3") }.sorted(by: isNewer)
    return pythons.flatMap { ["\(lib)/\($0)/site-packages", "\(lib)/\($0)/dist-packages"] }
  }

  private static func newestLibrary(in folder: String) -> String? {
    names(in: folder).filter { name in
      name == "libonnxruntime.so" || name.hasPrefix("libonnxruntime.so.")
        || name.hasPrefix("libonnxruntime.") && name.hasSuffix(".dylib")
    }.min(by: isNewer)
  }

  /// Orders names by the numbers in them, larger ones first.
  private static func isNewer(_ left: String, _ right: String) -> Bool {
    let numbers = [left, right].map { name in
      name.split(whereSeparator: { !$0.isASCII || !$0.isNumber }).map { Int($0) ?? 0 }
    }
    return numbers[0] == numbers[1]
      ? left < right : numbers[1].lexicographicallyPrecedes(numbers[0])
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }

  /// The value of a variable of the environment; nil when it is empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func executableFolder() -> String? {
    #if canImport(Glibc)
      guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    #else
      var name = [CChar](repeating: 0, count: 4096)
      var size = UInt32(name.count)
      guard _NSGetExecutablePath(&name, &size) == 0, let resolved = realpath(name, nil) else {
        return nil
      }
    #endif
    defer { free(resolved) }
    let path = String(cString: resolved)
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return String(path[..<slash])
  }
}

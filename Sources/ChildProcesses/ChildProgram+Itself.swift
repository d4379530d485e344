#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension ChildProgram {
  /// The number of the descriptor whose other side closes when the starting process ends.
  public static let lifeline = Spawning.lifelineNumber

  /// The path of the program that runs here; nil when the system does not tell.
  public static var currentExecutable: String? {
    withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      #if canImport(Glibc)
        let count = buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? 0
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
      #else
        var size = UInt32(buffer.count)
        let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard _NSGetExecutablePath(start, &size) == 0, let start else { return nil }
        return String(cString: start)
      #endif
    }
  }
}

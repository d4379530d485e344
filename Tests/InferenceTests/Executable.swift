#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a file a program.
func chmodExecutable(_ path: String) -> Bool {
  chmod(path, 0o700) == 0
}

internal import ArgumentParser
internal import SparsifyKit

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Options that every command takes.
struct CommonOptions: ParsableArguments, Talker {
  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false

  @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Print errors only.")
  var isQuiet = false

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Print a line for each tensor.")
  var isVerbose = false

  @Flag(name: .customLong("no-color"), help: "Never use colour.")
  var hasNoColour = false

  @Option(
    name: .customLong("threads"),
    help: ArgumentHelp("How many threads work. (default: as many as processors)", valueName: "n"))
  var wantedThreads: Int?

  /// How many threads work.
  var threads: Int {
    wantedThreads ?? Self.usualThreads
  }

  /// As many as there are processors.
  static var usualThreads: Int {
    min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), possibleThreads.upperBound)
  }

  /// How many threads there may be.
  static let possibleThreads = 1...1024

  mutating func validate() throws {
    guard Self.possibleThreads.contains(threads) else {
      let most = Self.possibleThreads.upperBound
      throw ValidationError("--threads takes a number from 1 to \(most)")
    }
  }
}

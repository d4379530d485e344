internal import ArgumentParser
internal import SparsifyKit

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
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
    wantedThreads ?? min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), Self.mostThreads)
  }

  private static let mostThreads = 1024

  mutating func validate() throws {
    guard (1...Self.mostThreads).contains(threads) else {
      throw ValidationError("--threads takes a number from 1 to \(Self.mostThreads)")
    }
  }

  /// Prints talk unless it is not wanted.
  func say(_ line: String) {
    if !isQuiet { OutputStream.talk.line(line) }
  }

  /// Prints the command that may come next, for a person at a terminal.
  func suggest(_ next: NextStep) {
    if OutputStream.talk.isTerminal, !isJSON, let hint = next.hint { say(hint) }
  }

  /// Prints warnings, a few of them.
  func warn(_ warnings: [String]) {
    let most = isVerbose ? Int.max : 5
    for warning in warnings.prefix(most) {
      say("\(OutputStream.talk.coloured("warning:", .yellow)) \(warning)")
    }
    if warnings.count > most {
      say(
        "\(OutputStream.talk.coloured("warning:", .yellow)) and \(warnings.count - most) more (see them with -v)"
      )
    }
  }
}

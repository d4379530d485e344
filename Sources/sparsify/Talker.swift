/// Somebody who talks on standard error, as much as the user wants.
protocol Talker {
  /// Whether the result is one JSON object.
  var isJSON: Bool { get }
  /// Whether only errors are printed.
  var isQuiet: Bool { get }
  /// Whether there is a line for each tensor.
  var isVerbose: Bool { get }
}

extension Talker {
  /// Prints talk unless it is not wanted.
  func say(_ line: @autoclosure () -> String) {
    if !isQuiet { OutputStream.talk.line(line()) }
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

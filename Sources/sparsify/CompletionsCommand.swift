internal import ArgumentParser
internal import SparsifyKit

/// Prints the script that completes words of this command in a shell.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Prints the script that completes words in a shell.",
    discussion: """
      sparsify completions bash > sparsify.bash   then: source sparsify.bash
      sparsify completions zsh > _sparsify        into a folder of $fpath
      sparsify completions fish > sparsify.fish   into ~/.config/fish/completions
      """)

  @Argument(help: "The shell: bash, zsh or fish.")
  var shell: Shell

  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false

  func run() throws {
    let script = shell.completionScript
    guard isJSON else { return OutputStream.data.line(script) }
    OutputStream.data.line(try JSONText.encode(Output(shell: shell, script: script)))
  }

  private struct Output: Encodable {
    var schema = "sparsify/completions/1"
    let shell: Shell
    let script: String
  }
}

internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Says what an error code means.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says what an error code means, and what to do.",
    discussion: """
      sparsify explain E-ONNX-014      the causes of that error, and what helps
      sparsify explain                 all codes
      """)

  @Argument(help: "The code, as it stands at the end of an error; without one, all are listed.")
  var code: String?

  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false

  func run() throws {
    let explanations = try code.map { [try Explanation.of($0)] } ?? Explanation.all
    if isJSON {
      return OutputStream.data.line(try JSONText.encode(Output(explanations: explanations)))
    }
    if code == nil {
      var table = TextTable(["code", "exit", "meaning"], numeric: [1])
      for row in explanations { table.add([row.code, "\(row.kind.rawValue)", row.meaning]) }
      return OutputStream.data.write(table.text)
    }
    for explanation in explanations { OutputStream.data.write(text(of: explanation)) }
  }

  private struct Output: Encodable {
    var schema = "sparsify/explain/1"
    let explanations: [Explanation]
  }

  private func text(of explanation: Explanation) -> String {
    func list(_ heading: String, _ lines: [String]) -> String {
      "\n\(heading)\n" + lines.map { "  - \($0)\n" }.joined()
    }
    return "\(explanation.code) (exit code \(explanation.kind.rawValue))\n\(explanation.meaning)\n"
      + list("Typical causes:", explanation.causes)
      + list("What helps:", explanation.remedies)
  }
}

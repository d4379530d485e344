internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Prints what the program takes at most.
struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Prints the limits that protect against hostile files.")

  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false

  func run() throws {
    guard isJSON else {
      var table = TextTable(["limit", "at most", "of"], numeric: [1])
      for limit in Limits.all { table.add([limit.name, "\(limit.value)", limit.meaning]) }
      return OutputStream.data.write(table.text)
    }
    let values = Dictionary(uniqueKeysWithValues: Limits.all.map { ($0.name, $0.value) })
    OutputStream.data.line(try JSONText.encode(Output(limits: values)))
  }

  private struct Output: Encodable {
    var schema = "sparsify/limits/1"
    let limits: [String: Int]
  }
}

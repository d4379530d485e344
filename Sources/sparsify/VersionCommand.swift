internal import ArgumentParser
internal import SparsifyKit

/// Prints what the program is made of.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Prints the versions of the program, its formats and libraries.",
    discussion: """
      sparsify version          for people, and for reports of bugs
      sparsify version --json   for programs
      """)

  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false

  func run() throws {
    let report = VersionReport(version: Version.current)
    if isJSON { return OutputStream.data.line(try JSONText.encode(report)) }
    var table = TextTable(["sparsify", report.version], numeric: [])
    table.add(["container", report.container])
    table.add(["formats", report.formats.joined(separator: ", ")])
    for library in report.libraries { table.add([library.name, library.version]) }
    table.add(["Swift", report.swift])
    table.add(["instructions", report.instructions])
    OutputStream.data.write(table.text)
  }
}

internal import ArgumentParser

/// Whether a report is written as a page, too.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Also write a report as one HTML page.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing page.")
  var isForced = false
}

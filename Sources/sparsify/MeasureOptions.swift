internal import ArgumentParser
internal import SparsifyKit

/// What is measured of a model beside its outputs' errors.
struct MeasureOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Labels: an array of --data, or a file.", valueName: "name"))
  var labels: String?

  @Option(help: ArgumentHelp("The output with a score for each class.", valueName: "name"))
  var output: String?

  @Option(help: ArgumentHelp("A command that prints a number for a model.", valueName: "command"))
  var metric: String?
}

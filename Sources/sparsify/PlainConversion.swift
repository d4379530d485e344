internal import SparsifyKit

/// A command line that is two files and little else, understood without the argument parser.
///
/// The parser looks at every property of every option by reflection, which takes longer than a small
/// model. Whatever is not as plain as this is left to it, wrong lines above all; what both understand
/// means the same, as `sparsify convert` with the same words shows.
struct PlainConversion: Talker {
  private var files: [String] = []
  private var threads = CommonOptions.usualThreads
  private var replaces = false
  private(set) var isQuiet = false
  var isJSON: Bool { false }
  var isVerbose: Bool { false }

  /// Understands the words behind the command's name; nil when they are not as plain as that.
  init?(_ arguments: [String]) {
    var words = arguments[...]
    while let word = words.popFirst() {
      switch word {
      case "-q", "--quiet": isQuiet = true
      case "-f", "--force": replaces = true
      case "--threads":
        guard let count = words.popFirst().flatMap({ Int($0) }),
          CommonOptions.possibleThreads.contains(count)
        else { return nil }
        threads = count
      default: files.append(word)
      }
    }
    guard files.count == 2, files.allSatisfy(Self.isPlainFile) else { return nil }
  }

  /// True for the name of a file that can be nothing else.
  private static func isPlainFile(_ word: String) -> Bool {
    !word.isEmpty && !word.hasPrefix("-") && word != "help"
      && !Sparsify.subcommandNames.contains(word)
  }

  /// Does what `convert` does with these words.
  func run() throws {
    var conversion = Conversion(input: files[0], output: files[1])
    conversion.threads = threads
    conversion.replaces = replaces
    try ConversionRun(conversion: conversion, talker: self).run()
  }
}

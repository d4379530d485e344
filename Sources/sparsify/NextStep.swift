internal import ArgumentParser

/// The command that most people want after a result.
enum NextStep {
  /// A model was stored without a change.
  case afterStoring(input: String, output: String)
  /// A model was pruned.
  case afterPruning(input: String, output: String)
  /// A model was looked into.
  case afterInspecting(model: String)

  /// What may come next, the most useful first, each with its subcommand's name in front.
  private var candidates: [[String]] {
    switch self {
    case .afterStoring(_, let output) where output.hasSuffix(".spm"):
      [["inspect", output, "--by", "encoding"]]
    case .afterStoring(_, let output):
      [["inspect", output]]
    case .afterPruning(let input, let output):
      [["verify", input, output], ["inspect", output, "--sparsity"]]
    case .afterInspecting(let model):
      [["advise", model], ["inspect", model, "--groups"]]
    }
  }

  /// The line to show; nil when a file is a standard stream, which cannot be read again.
  var hint: String? {
    let names = Sparsify.subcommandNames
    guard let words = candidates.first(where: { names.contains($0[0]) }),
      !words.contains("-")
    else { return nil }
    return "Next: sparsify " + words.map(Self.quoted).joined(separator: " ")
  }

  /// The word as a shell takes it.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./=:,+@%".utf8.contains(byte)
      }
    }
    return plain && !word.isEmpty
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}

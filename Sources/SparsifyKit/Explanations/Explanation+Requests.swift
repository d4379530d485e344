internal import ByteStorage

extension Explanation {
  /// Requests that cannot be carried out.
  static let requests = [
    Explanation(
      "E-KIT-001", .usage,
      "No format has the output's extension.",
      causes: [
        "a misspelt extension, or none"
      ],
      remedies: [
        "end the output's name in .onnx or .spm",
        "name the format with --to",
      ]),
    Explanation(
      "E-KIT-002", .malformedData,
      "A file that was restored differs from the one that was stored.",
      causes: [
        "the container is damaged, though its checksums match",
        "a bug of this program",
      ],
      remedies: [
        "copy the container again from where it came from",
        "report it when that does not help",
      ]),
    Explanation(
      "E-KIT-003", .overBudget,
      "The work does not fit the memory that --max-memory allows.",
      causes: [
        "a limit below what the program needs by itself, about 50 MB"
      ],
      remedies: [
        "allow more with --max-memory",
        "use fewer --threads",
      ]),
    Explanation(
      "E-KIT-004", .usage,
      "What was asked for is not possible, or names something unknown.",
      causes: [
        "options that do not go together",
        "a misspelt name",
      ],
      remedies: [
        "follow the hint in the message",
        "sparsify help COMMAND explains the options",
      ]),
    Explanation(
      "E-KIT-005", .usage,
      "The model has no tensor of this name.",
      causes: [
        "a misspelt name",
        "the tensor was renamed by an exporter or an optimiser",
      ],
      remedies: [
        "sparsify inspect MODEL --json lists all names"
      ]),
    Explanation(
      "E-KIT-006", .rejected,
      "No share that was tried loses as little accuracy as demanded.",
      causes: [
        "so few samples that one of them is more than the limit",
        "a model without weights to spare",
        "nothing repairs what is lost",
      ],
      remedies: [
        "allow a larger --max-drop",
        "give samples with --calibrate, which repairs layers",
        "leave layers that matter alone with --except; sparsify sensitivity tells which",
      ]),
    Explanation(
      "E-USE-001", .usage,
      "The command line cannot be understood.",
      causes: [
        "an unknown option, a missing or a superfluous word",
        "options that exclude each other",
      ],
      remedies: [
        "sparsify --help",
        "sparsify help COMMAND explains the options",
      ]),
  ]
}

internal import ByteStorage

extension Explanation {
  /// Requests to prune that make no sense.
  static let pruning = [
    Explanation(
      "E-PRUNE-001", .usage,
      "A sparsity is not between 0 and 1.",
      causes: [
        "a percentage without its sign: 80 for 80%"
      ],
      remedies: [
        "give a share such as 0.8 or 80%"
      ]),
    Explanation(
      "E-PRUNE-002", .usage,
      "A threshold is negative or no number.",
      causes: [
        "a misspelt number"
      ],
      remedies: [
        "give a magnitude such as 0.001"
      ]),
    Explanation(
      "E-PRUNE-003", .usage,
      "A threshold is given for a criterion whose scores are no magnitudes.",
      causes: [
        "--threshold together with --criterion random"
      ],
      remedies: [
        "use the criterion magnitude",
        "give --sparsity instead",
      ]),
    Explanation(
      "E-PRUNE-004", .usage,
      "A pattern does not keep N of M weights with 1 <= N < M <= 64.",
      causes: [
        "N and M in the wrong order"
      ],
      remedies: [
        "give a pattern such as 2:4, which keeps 2 of every 4 weights"
      ]),
    Explanation(
      "E-PRUNE-005", .usage,
      "A block has too few or too many elements.",
      causes: [
        "a block of one element, which is no block"
      ],
      remedies: [
        "give a block such as 4x4",
        "for single weights leave --block out",
      ]),
    Explanation(
      "E-PRUNE-006", .usage,
      "There is no criterion of this name.",
      causes: [
        "a misspelt name",
        "a criterion for channels, which --channel-criterion takes",
      ],
      remedies: [
        "sparsify help convert lists the criteria"
      ]),
    Explanation(
      "E-PRUNE-007", .usage,
      "A selector of tensors cannot be read.",
      causes: [
        "a bracket that is not closed",
        "a size without a comparison: size:>4k has one",
      ],
      remedies: [
        "give a name with * ? [a-z], op:Conv, or size:>4k"
      ]),
    Explanation(
      "E-PRUNE-008", .usage,
      "Some tensors are given a sparsity of their own where sparsities mean nothing.",
      causes: [
        "--sparsity-of beside a pattern or a threshold"
      ],
      remedies: [
        "give a --sparsity for the others, or leave these out"
      ]),
    Explanation(
      "E-PRUNE-009", .usage,
      "Sparsities are to be divided by what layers read, and nothing tells that.",
      causes: [
        "--scope owl without --calibrate"
      ],
      remedies: [
        "give samples, or sums of them, with --calibrate", "--scope lamp and erk need none",
      ]),
    Explanation(
      "E-CHANNEL-001", .usage,
      "A share of channels is not between 0 and 1.",
      causes: [
        "a percentage without its sign: 50 for 50%"
      ],
      remedies: [
        "give a share such as 0.5 or 50%"
      ]),
    Explanation(
      "E-CHANNEL-002", .usage,
      "A number of channels is out of range.",
      causes: [
        "zero or a negative number for --round-to or --min-channels"
      ],
      remedies: [
        "give a number such as 8"
      ]),
    Explanation(
      "E-CHANNEL-003", .usage,
      "There is no channel criterion of this name.",
      causes: [
        "a misspelt name",
        "a criterion for single weights, which --criterion takes",
      ],
      remedies: [
        "sparsify help convert lists the criteria"
      ]),
    Explanation(
      "E-CHANNEL-004", .usage,
      "Removing channels cannot bring the model down to the target.",
      causes: [
        "most of the model cannot lose channels: outputs, embeddings, unknown operators",
        "--min-channels or --round-to keep too much",
        "with --calibrate, channels of residual streams stay",
      ],
      remedies: [
        "give a higher target",
        "with --calibrate, add --protect none",
        "sparsify inspect MODEL --groups says what stays, and why",
      ]),
  ]
}

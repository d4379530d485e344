internal import ByteStorage

extension Explanation {
  /// Coded chunks of a container.
  static let chunks = [
    Explanation(
      "E-CODE-001", .malformedData,
      "A chunk is in an encoding this version does not know.",
      causes: [
        "a newer sparsify wrote it"
      ],
      remedies: [
        "update sparsify"
      ]),
    Explanation(
      "E-CODE-002", .malformedData,
      "A stream is in a coder this version does not know.",
      causes: [
        "a newer sparsify wrote it"
      ],
      remedies: [
        "update sparsify"
      ]),
    Explanation(
      "E-CODE-003", .malformedData,
      "A chunk ends too early.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model"
      ]),
    Explanation(
      "E-CODE-004", .malformedData,
      "A chunk goes on after its end.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model"
      ]),
    Explanation(
      "E-CODE-005", .malformedData,
      "A number in a chunk is too long, or written in more bytes than it needs.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model"
      ]),
    Explanation(
      "E-CODE-006", .malformedData,
      "A chunk breaks a rule of its encoding.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model",
        "schemas/encodings/ has the rules",
      ]),
    Explanation(
      "E-CODE-007", .malformedData,
      "A stream does not decode to exactly the bytes that belong there.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model"
      ]),
    Explanation(
      "E-CODE-008", .malformedData,
      "The values of a sparse chunk are in an encoding that may not stand there.",
      causes: [
        "the container is damaged, though its checksums match",
        "a faulty program wrote it",
      ],
      remedies: [
        "make the container again from the model"
      ]),
    Explanation(
      "E-CODE-009", .internalError,
      "A chunk of an impossible size was to be coded: a bug of this program.",
      causes: [
        "a step put the container together wrongly"
      ],
      remedies: [
        "report it, with the command line and the model if you may"
      ]),
    Explanation(
      "E-CODE-010", .overBudget,
      "A compression library got no memory.",
      causes: [
        "too many threads for the memory there is"
      ],
      remedies: [
        "run with fewer --threads",
        "allow the process more memory",
      ]),
  ]
}

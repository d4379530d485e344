internal import ByteStorage

extension Explanation {
  /// Rules of .spm containers.
  static let containers = [
    Explanation(
      "E-SPM-001", .malformedData,
      "The file does not begin like a container.",
      causes: [
        "the file is of another kind, or was renamed",
        "a transfer in text mode changed line ends",
      ],
      remedies: [
        "give a file that sparsify wrote",
        "transfer it in binary mode",
      ]),
    Explanation(
      "E-SPM-002", .malformedData,
      "The end of the container is missing; the index stands there.",
      causes: [
        "a download or a copy stopped early"
      ],
      remedies: [
        "copy the file again"
      ]),
    Explanation(
      "E-SPM-003", .malformedData,
      "A part of the container does not have the checksum it was written with.",
      causes: [
        "a disk, a memory or a transfer changed some bits"
      ],
      remedies: [
        "copy the file again from where it came from"
      ]),
    Explanation(
      "E-SPM-004", .malformedData,
      "The container is of a version that this program does not read.",
      causes: [
        "a newer sparsify wrote it"
      ],
      remedies: [
        "update sparsify"
      ]),
    Explanation(
      "E-SPM-005", .malformedData,
      "The container uses a feature that this program does not know.",
      causes: [
        "a newer sparsify wrote it"
      ],
      remedies: [
        "update sparsify"
      ]),
    Explanation(
      "E-SPM-006", .malformedData,
      "The container breaks a rule of its format, though its checksums match.",
      causes: [
        "a faulty program wrote it",
        "a hostile file",
      ],
      remedies: [
        "make the container again from the model",
        "schemas/spm.md has the rules",
      ]),
    Explanation(
      "E-SPM-007", .malformedData,
      "A chunk of a tensor is damaged.",
      causes: [
        "a disk, a memory or a transfer changed some bits"
      ],
      remedies: [
        "copy the file again from where it came from"
      ]),
    Explanation(
      "E-SPM-009", .malformedData,
      "Something is larger than a container may hold, or than its stored form makes likely.",
      causes: [
        "a hostile file that is to become large when it is read"
      ],
      remedies: [
        "sparsify limits prints the limits"
      ]),
    Explanation(
      "E-SPM-010", .malformedData,
      "The file is a shard: it holds tensors of a model and not the model.",
      causes: [
        "one of several files of a container was given"
      ],
      remedies: [
        "give the one without .shard in its name; keep all of them in one folder"
      ]),
    Explanation(
      "E-SPM-011", .malformedData,
      "A container names shards, but was not read from a folder.",
      causes: [
        "a program that uses the library reads it from memory"
      ],
      remedies: [
        "read and write it by its path"
      ]),
  ]
}

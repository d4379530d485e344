internal import ByteStorage

extension Explanation {
  /// Rules of protobuf, the encoding of ONNX files.
  static let wire = [
    Explanation(
      "E-WIRE-001", .malformedData,
      "The file ends inside of a value.",
      causes: [
        "a download or a copy stopped early",
        "the disk was full when the file was saved",
      ],
      remedies: [
        "compare its size with the source",
        "fetch or save it again",
      ]),
    Explanation(
      "E-WIRE-002", .malformedData,
      "A number takes more bits than its field has.",
      causes: [
        "the file is damaged, or is no protobuf at all"
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-003", .malformedData,
      "A field has a number that cannot be.",
      causes: [
        "the file is damaged, or is no protobuf at all"
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-004", .malformedData,
      "A field has the encoding of another type.",
      causes: [
        "the file is damaged, or is no protobuf at all",
        "another kind of protobuf file was given",
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-005", .malformedData,
      "A length is written in more bytes than any length needs.",
      causes: [
        "the file is damaged, or is no protobuf at all"
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-006", .malformedData,
      "A packed list has bytes left over after its last whole number.",
      causes: [
        "the file is damaged, or is no protobuf at all"
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-007", .malformedData,
      "A group, an old form of nesting, does not begin or end.",
      causes: [
        "the file is damaged, or is no protobuf at all"
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
    Explanation(
      "E-WIRE-008", .malformedData,
      "Messages nest deeper than allowed.",
      causes: [
        "branches and loops inside of each other, beyond any real model",
        "a hostile file",
      ],
      remedies: [
        "simplify the model before, if it is to be trusted",
        "sparsify limits prints the limit",
      ]),
    Explanation(
      "E-WIRE-009", .malformedData,
      "The file has more nodes, tensors or other parts than allowed.",
      causes: [
        "a model that was unrolled over very many steps",
        "a hostile file",
      ],
      remedies: [
        "export the model with loops",
        "sparsify limits prints the limit",
      ]),
    Explanation(
      "E-WIRE-010", .malformedData,
      "The structure of the model would take more memory than allowed.",
      causes: [
        "small tensors or attributes in very large numbers",
        "a hostile file",
      ],
      remedies: [
        "move constants into initializers",
        "sparsify limits prints the limit",
      ]),
    Explanation(
      "E-WIRE-011", .malformedData,
      "A name is longer than allowed.",
      causes: [
        "data were put into a name",
        "a hostile file",
      ],
      remedies: [
        "shorten the name",
        "sparsify limits prints the limit",
      ]),
    Explanation(
      "E-WIRE-012", .malformedData,
      "The structure stored in a container does not fit the places of its tensors.",
      causes: [
        "the container is damaged, or was made by a faulty program"
      ],
      remedies: [
        "copy the container again",
        "make it again from the model",
      ]),
    Explanation(
      "E-WIRE-013", .malformedData,
      "The protobuf library refuses a message.",
      causes: [
        "the file is damaged, or is no protobuf at all",
        "memory ran out",
      ],
      remedies: [
        "fetch or save the file again",
        "compare its checksum with that of the source",
      ]),
  ]
}

internal import ByteStorage

extension Explanation {
  /// Models that do not fit together.
  static let models = [
    Explanation(
      "E-MODEL-001", .malformedData,
      "A tensor has more or fewer bytes than its place in the file.",
      causes: [
        "the model was put together by hand, or by a library that does not check"
      ],
      remedies: [
        "save the model again with the program that made it"
      ]),
    Explanation(
      "E-GRAPH-001", .malformedData,
      "Nodes need each other's values, so none of them can run first.",
      causes: [
        "an editor or a script connected an output to an earlier input"
      ],
      remedies: [
        "export the model again",
        "take out one of the connections the message names",
      ]),
    Explanation(
      "E-GRAPH-002", .malformedData,
      "A node reads a value that nothing makes.",
      causes: [
        "a node, an input or an initializer was removed or renamed",
        "the model is a part of another one",
      ],
      remedies: [
        "compare with the similar names that the message tells",
        "export the model again",
      ]),
    Explanation(
      "E-GRAPH-003", .malformedData,
      "Functions of the model call each other in a ring.",
      causes: [
        "the functions were written by hand, or merged from several models"
      ],
      remedies: [
        "export the model again, with functions inlined if the exporter offers that"
      ]),
    Explanation(
      "E-GRAPH-004", .malformedData,
      "The vectors of a batch normalisation have different lengths.",
      causes: [
        "channels were removed from some of its inputs only"
      ],
      remedies: [
        "export the model again from its source"
      ]),
  ]
}

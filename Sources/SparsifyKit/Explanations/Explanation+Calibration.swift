internal import ByteStorage

extension Explanation {
  /// Samples, and layers that are looked at with them.
  static let calibration = [
    Explanation(
      "E-CAL-001", .malformedData,
      "No layer of the model can be fitted to what it reads.",
      causes: [
        "its weights are integers, packed, or read by several operators",
        "its layers are inside of branches, loops or functions",
      ],
      remedies: [
        "prune without --calibrate",
        "inspect --json lists the operators that read each tensor",
      ]),
    Explanation(
      "E-CAL-002", .malformedData,
      "Samples have elements that are infinite or no number.",
      causes: [
        "a division by zero, or a missing value, in what made them"
      ],
      remedies: [
        "leave such samples out",
        "look at them: numpy.isfinite(array).all()",
      ]),
    Explanation(
      "E-CAL-003", .malformedData,
      "All elements of the samples are the same number.",
      causes: [
        "they are placeholders",
        "they were scaled to integers and lost everything below one",
      ],
      remedies: [
        "give samples of what the model is made for, prepared as for the model"
      ]),
    Explanation(
      "E-CAL-004", .malformedData,
      "Statistics of what layers read are about another model, or about two.",
      causes: [
        "they were made of another model, or of this one with other layers or channels",
        "several files were made of different models",
      ],
      remedies: [
        "make them anew: sparsify calibrate MODEL --data FILE -o STATISTICS",
        "look at their layers: numpy.load(file)[\"0/tensor\"].tobytes()",
      ]),
    Explanation(
      "E-CAL-005", .malformedData,
      "A file of statistics contradicts itself.",
      causes: [
        "it was changed, or made by something else",
        "it was made by a later version",
      ],
      remedies: [
        "make it anew: sparsify calibrate MODEL --data FILE -o STATISTICS"
      ]),
  ]
}

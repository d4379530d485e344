internal import ByteStorage

extension Explanation {
  /// Many conversions.
  static let batches = [
    Explanation(
      "E-BATCH-001", .malformedData,
      "A line of a plan or of results is not understood.",
      causes: [
        "it was edited by hand",
        "a newer sparsify wrote it",
      ],
      remedies: [
        "make the plan again: sparsify batch plan"
      ]),
    Explanation(
      "E-BATCH-002", .missingInput,
      "There is no model where one was looked for.",
      causes: [
        "the folder holds no .onnx or .spm file",
        "a pattern matches nothing",
      ],
      remedies: [
        "name model files, folders that hold them, or a pattern in quotes"
      ]),
    Explanation(
      "E-BATCH-003", .usage,
      "Two inputs would be written to one output.",
      causes: [
        "inputs of two folders have the same name"
      ],
      remedies: [
        "plan the folder that holds both",
        "give each an --out-dir of its own",
      ]),
    Explanation(
      "E-BATCH-004", .malformedData,
      "The name of a file cannot be written into a plan.",
      causes: [
        "it is not UTF-8"
      ],
      remedies: [
        "rename the file"
      ]),
    Explanation(
      "E-BATCH-005", .malformedData,
      "The plan was made by another version of sparsify.",
      causes: [
        "sparsify was updated in between"
      ],
      remedies: [
        "make the plan again, then run it with --resume"
      ]),
    Explanation(
      "E-BATCH-006", .outputBlocked,
      "Results of an earlier run are there.",
      causes: [
        "the plan was run before"
      ],
      remedies: [
        "go on with --resume",
        "start anew with -f",
      ]),
    Explanation(
      "E-BATCH-007", .outputBlocked,
      "Outputs are there that this plan has not made.",
      causes: [
        "the folder was used for something else"
      ],
      remedies: [
        "choose another --out-dir",
        "replace them with -f",
      ]),
    Explanation(
      "E-BATCH-008", .outputBlocked,
      "Another run works on the same plan.",
      causes: [
        "it was started twice"
      ],
      remedies: [
        "wait for the other run, or end it",
        "do a part of the plan with --shard",
      ]),
    Explanation(
      "E-BATCH-009", .malformedData,
      "An input is not the one that was planned.",
      causes: [
        "it was changed or replaced in between"
      ],
      remedies: [
        "make the plan again, then run it with --resume"
      ]),
    Explanation(
      "E-BATCH-010", .inputOutput,
      "A conversion took too long.",
      causes: [
        "the model is large, or the machine is busy"
      ],
      remedies: [
        "allow more with --timeout",
        "try again with --resume",
      ]),
    Explanation(
      "E-BATCH-011", .internalError,
      "A conversion ended without saying why.",
      causes: [
        "a bug of sparsify"
      ],
      remedies: [
        "report it with the log in the quarantine file"
      ]),
    Explanation(
      "E-BATCH-012", .internalError,
      "A conversion was ended by a signal.",
      causes: [
        "a crash: a bug of sparsify",
        "the system ran out of memory and ended it",
      ],
      remedies: [
        "allow less at once with --memory",
        "report a crash with the log in the quarantine file",
      ]),
  ]
}

internal import ByteStorage

extension Explanation {
  /// Models that are run in ONNX Runtime, and what they are run on.
  static let running = [
    Explanation(
      "E-RUN-001", .missingLibrary,
      "The program sparsify-runtime, which runs models, is missing.",
      causes: [
        "the command was copied without it"
      ],
      remedies: [
        "put sparsify-runtime beside sparsify, or name it in SPARSIFY_RUNTIME"
      ]),
    Explanation(
      "E-RUN-002", .missingLibrary,
      "There is no ONNX Runtime.",
      causes: [
        "it is not installed",
        "SPARSIFY_ONNXRUNTIME names a file that is not there",
      ],
      remedies: [
        "run Tools/setup --with-runtime, or pip install onnxruntime",
        "or name the library in SPARSIFY_ONNXRUNTIME",
        "leave running out: --no-run",
      ]),
    Explanation(
      "E-RUN-003", .missingLibrary,
      "The library found is no ONNX Runtime that can be loaded.",
      causes: [
        "it was made for another system or processor",
        "SPARSIFY_ONNXRUNTIME names another library",
      ],
      remedies: [
        "run Tools/setup --with-runtime, or pip install onnxruntime",
        "or name the library in SPARSIFY_ONNXRUNTIME",
      ]),
    Explanation(
      "E-RUN-004", .missingLibrary,
      "The ONNX Runtime found is too old.",
      causes: [
        "an old version is installed"
      ],
      remedies: [
        "update it: pip install --upgrade onnxruntime",
        "or name the library in SPARSIFY_ONNXRUNTIME",
      ]),
    Explanation(
      "E-RUN-005", .malformedData,
      "ONNX Runtime refuses the model.",
      causes: [
        "it uses operators or types the runtime does not have",
        "its parts contradict each other",
      ],
      remedies: [
        "look whether it runs in ONNX Runtime without sparsify",
        "leave running out: --no-run",
      ]),
    Explanation(
      "E-RUN-006", .malformedData,
      "ONNX Runtime gave up in the middle of a run.",
      causes: [
        "sizes that are free in the model do not go together",
        "the random samples are no sensible input",
      ],
      remedies: [
        "say the sizes with --shape",
        "give samples with --data",
      ]),
    Explanation(
      "E-RUN-007", .malformedData,
      "ONNX Runtime crashed on the model.",
      causes: [
        "a bug of the runtime"
      ],
      remedies: [
        "try another version of ONNX Runtime",
        "leave running out: --no-run",
      ]),
    Explanation(
      "E-RUN-008", .malformedData,
      "ONNX Runtime ended by itself before it answered.",
      causes: [
        "a bug of the runtime"
      ],
      remedies: [
        "try another version of ONNX Runtime",
        "leave running out: --no-run",
      ]),
    Explanation(
      "E-RUN-009", .overBudget,
      "ONNX Runtime took too long.",
      causes: [
        "the model is large, or never ends"
      ],
      remedies: [
        "allow more with --timeout",
        "take fewer samples",
      ]),
    Explanation(
      "E-RUN-010", .overBudget,
      "ONNX Runtime wanted more memory than it may take.",
      causes: [
        "the model or the batch is large"
      ],
      remedies: [
        "allow more with --max-memory",
        "take smaller batches",
      ]),
    Explanation(
      "E-RUN-011", .internalError,
      "The program sparsify-runtime gave an answer that makes no sense.",
      causes: [
        "it is of another version than sparsify"
      ],
      remedies: [
        "install both from the same release"
      ]),
    Explanation(
      "E-RUN-012", .malformedData,
      "An array does not fit an input of the model.",
      causes: [
        "its shape or type is another",
        "a size of the model is free, and was guessed wrongly",
      ],
      remedies: [
        "give the array that shape and type",
        "say the size with --shape",
      ]),
    Explanation(
      "E-NPY-001", .malformedData,
      "The file holds no NumPy arrays.",
      causes: [
        "it is of another kind"
      ],
      remedies: [
        "write it with numpy.savez or numpy.save"
      ]),
    Explanation(
      "E-NPY-002", .malformedData,
      "The .npz archive contradicts itself.",
      causes: [
        "a download or a copy stopped early",
        "another program than NumPy wrote it",
      ],
      remedies: [
        "write it again with numpy.savez"
      ]),
    Explanation(
      "E-NPY-003", .malformedData,
      "An array contradicts its own header.",
      causes: [
        "a download or a copy stopped early",
        "another program than NumPy wrote it",
      ],
      remedies: [
        "write it again with numpy.save"
      ]),
    Explanation(
      "E-NPY-004", .malformedData,
      "An array holds something else than numbers.",
      causes: [
        "it holds Python objects, texts or records, which are never read"
      ],
      remedies: [
        "save numbers or truth values"
      ]),
    Explanation(
      "E-NPY-005", .malformedData,
      "The file has no array of the name that is needed.",
      causes: [
        "arrays must have the names of the inputs"
      ],
      remedies: [
        "rename the arrays",
        "see the names with sparsify inspect",
      ]),
    Explanation(
      "E-VER-001", .malformedData,
      "The labels do not fit the samples.",
      causes: [
        "there are more or fewer than samples",
        "they are no integers",
      ],
      remedies: [
        "give the number of its class for each sample"
      ]),
    Explanation(
      "E-VER-002", .malformedData,
      "An output does not say which class a sample belongs to.",
      causes: [
        "it is an image, a sequence or another kind of answer"
      ],
      remedies: [
        "name the output that has the scores with --output"
      ]),
    Explanation(
      "E-VER-003", .malformedData,
      "The arrays do not have equally many samples.",
      causes: [
        "an axis other than the first counts the samples"
      ],
      remedies: [
        "give arrays whose first axis is the samples"
      ]),
    Explanation(
      "E-VER-004", .malformedData,
      "The samples do not fill the batches that the model takes.",
      causes: [
        "its batch size is fixed"
      ],
      remedies: [
        "give a multiple of it"
      ]),
    Explanation(
      "E-VER-005", .malformedData,
      "The metric's command failed.",
      causes: [
        "it does not take the path of a model as its last word",
        "it needs something that is not there",
      ],
      remedies: [
        "run it by hand"
      ]),
    Explanation(
      "E-VER-006", .overBudget,
      "The metric's command took too long.",
      causes: [
        "it works through much data"
      ],
      remedies: [
        "allow more with --timeout"
      ]),
    Explanation(
      "E-VER-007", .malformedData,
      "The metric's command printed no number.",
      causes: [
        "it prints to standard error, or something after the number"
      ],
      remedies: [
        "let it print the metric last, to standard output"
      ]),
    Explanation(
      "E-PROC-001", .missingLibrary,
      "Another program cannot be started.",
      causes: [
        "it is missing, or not executable",
        "the system has no more processes or memory to give",
      ],
      remedies: [
        "check that it is installed and executable"
      ]),
    Explanation(
      "E-PROC-002", .inputOutput,
      "Another program ended in the middle of its work.",
      causes: [
        "it crashed, or somebody ended it"
      ],
      remedies: [
        "try again"
      ]),
    Explanation(
      "E-PROC-003", .inputOutput,
      "Another program took too long to answer.",
      causes: [
        "it hangs, or the machine is busy"
      ],
      remedies: [
        "try again"
      ]),
  ]
}

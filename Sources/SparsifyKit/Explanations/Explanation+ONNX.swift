internal import ByteStorage

extension Explanation {
  /// Rules of ONNX files.
  static let onnx = [
    Explanation(
      "E-ONNX-001", .malformedData,
      "The file is empty.",
      causes: [
        "a download or an export failed"
      ],
      remedies: [
        "fetch or save the file again"
      ]),
    Explanation(
      "E-ONNX-002", .malformedData,
      "The file is of another kind, which its first bytes tell.",
      causes: [
        "a web page or an LFS pointer was saved in place of the model",
        "the model is one of PyTorch, TensorFlow, safetensors or GGUF",
        "the model is still compressed: zip, gzip, zstd",
      ],
      remedies: [
        "fetch the file itself: git lfs pull",
        "export the model to ONNX",
        "unpack the file first",
      ]),
    Explanation(
      "E-ONNX-003", .malformedData,
      "The file has no graph.",
      causes: [
        "it is not a model but another message, such as a single tensor",
        "the file is cut",
      ],
      remedies: [
        "check it with onnx.checker",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-004", .malformedData,
      "The version of the format (IR version) is missing, or there is none of that number.",
      causes: [
        "the file is damaged, or is no ONNX model"
      ],
      remedies: [
        "check it with onnx.checker",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-005", .malformedData,
      "The operator sets are missing or contradict each other.",
      causes: [
        "a tool dropped the list of operator sets",
        "two models were merged",
      ],
      remedies: [
        "check it with onnx.checker",
        "set opset_import to the version the nodes were written for",
      ]),
    Explanation(
      "E-ONNX-006", .malformedData,
      "A tensor has an impossible shape: negative, of too many dimensions, or too large.",
      causes: [
        "the file is damaged or hostile"
      ],
      remedies: [
        "export the model again",
        "sparsify limits prints the largest rank",
      ]),
    Explanation(
      "E-ONNX-007", .malformedData,
      "A tensor has an element type that does not exist.",
      causes: [
        "the file is damaged, or of a version of ONNX that is newer than this program"
      ],
      remedies: [
        "update sparsify",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-008", .malformedData,
      "A tensor has more or fewer elements than its shape says.",
      causes: [
        "the file was cut or edited",
        "a tool changed the shape and not the data",
      ],
      remedies: [
        "export the model again; onnx.checker may say more"
      ]),
    Explanation(
      "E-ONNX-009", .malformedData,
      "The elements of a tensor stand in a field that is not for their type.",
      causes: [
        "the tensor was made by hand",
        "the data location is a number that does not exist",
      ],
      remedies: [
        "make tensors with onnx.helper.make_tensor or onnx.numpy_helper.from_array"
      ]),
    Explanation(
      "E-ONNX-010", .malformedData,
      "A tensor has its elements in two places.",
      causes: [
        "data were added without clearing the old field",
        "external data were loaded and not taken from the file",
      ],
      remedies: [
        "save the model again, with raw_data alone"
      ]),
    Explanation(
      "E-ONNX-011", .malformedData,
      "A number in a tensor does not fit its element type, or does not end.",
      causes: [
        "the file is damaged",
        "the element type was changed and the data were not",
      ],
      remedies: [
        "export the model again"
      ]),
    Explanation(
      "E-ONNX-012", .malformedData,
      "A tensor is cut into segments, which no reader supports.",
      causes: [
        "the file was made by a very old tool"
      ],
      remedies: [
        "save the tensor whole"
      ]),
    Explanation(
      "E-ONNX-013", .malformedData,
      "An attribute has no value, several, or one of another type than it says.",
      causes: [
        "the node was made by hand, or by an old exporter",
        "the file is damaged",
      ],
      remedies: [
        "make attributes with onnx.helper.make_attribute",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-014", .malformedData,
      "An initializer has no name, or the name of another one.",
      causes: [
        "two models were merged without prefixes",
        "a tool wrote the weights twice",
      ],
      remedies: [
        "rename one of them: onnx.compose.add_prefix does it for a model",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-015", .malformedData,
      "Two nodes of a graph make a value of the same name.",
      causes: [
        "two models were merged without prefixes"
      ],
      remedies: [
        "rename one of them: onnx.compose.add_prefix does it for a model",
        "export the model again",
      ]),
    Explanation(
      "E-ONNX-016", .malformedData,
      "A sparse tensor is broken: parts are missing, or indices out of order or of range.",
      causes: [
        "the sparse tensor was made by hand",
        "the file is damaged",
      ],
      remedies: [
        "sort the indices, each once, inside of the shape",
        "store the tensor as a dense one",
      ]),
    Explanation(
      "E-ONNX-017", .malformedData,
      "The path of a data file is empty, too long, or names the model itself.",
      causes: [
        "the model was saved by hand"
      ],
      remedies: [
        "save the model and its data again, together, in one folder"
      ]),
    Explanation(
      "E-ONNX-018", .malformedData,
      "A tensor's place in its data file is no number, or lies beyond its end.",
      causes: [
        "the data file is cut, or that of another model",
        "the model was saved again and its data were not",
      ],
      remedies: [
        "fetch both again, together",
        "compare the size of the data file with its source",
      ]),
    Explanation(
      "E-ONNX-019", .malformedData,
      "The places of two tensors overlap in their data file.",
      causes: [
        "a tool wrote wrong offsets",
        "a hostile model that is to become large when it is read",
      ],
      remedies: [
        "save the model and its data again, together, in one folder"
      ]),
    Explanation(
      "E-ONNX-020", .missingInput,
      "A data file of the model is missing.",
      causes: [
        "only the .onnx file was copied or downloaded",
        "the data file was renamed: the model knows its old name",
      ],
      remedies: [
        "put the data files beside the model, under the names they had"
      ]),
    Explanation(
      "E-ONNX-021", .malformedData,
      "A data file does not have the checksum that the model says.",
      causes: [
        "the data file is damaged, or that of another version of the model"
      ],
      remedies: [
        "fetch both again, together"
      ]),
    Explanation(
      "E-ONNX-022", .malformedData,
      "The model in a container does not match the tensors stored with it.",
      causes: [
        "the container is damaged, or was made by a faulty program"
      ],
      remedies: [
        "copy the container again",
        "make it again from the model",
      ]),
    Explanation(
      "E-ONNX-023", .internalError,
      "A graph to be written is missing, or held by two nodes: a bug of this program.",
      causes: [
        "a step put the model together wrongly"
      ],
      remedies: [
        "report it, with the command line and the model if you may"
      ]),
    Explanation(
      "E-ONNX-024", .internalError,
      "A tensor to be written has another size than its shape: a bug of this program.",
      causes: [
        "a step put the model together wrongly"
      ],
      remedies: [
        "report it, with the command line and the model if you may"
      ]),
  ]
}

internal import ByteStorage

extension Explanation {
  /// Files that cannot be read or written.
  static let files = [
    Explanation(
      "E-FILE-001", .missingInput,
      "There is no file of this name.",
      causes: [
        "the path is misspelt, or relative to another folder",
        "a data file of the model was not copied along with it",
      ],
      remedies: [
        "check the path",
        "put the data files of a model beside it",
      ]),
    Explanation(
      "E-FILE-002", .missingInput,
      "The path names something that is no regular file.",
      causes: [
        "a folder, a device, a pipe or a socket was given"
      ],
      remedies: [
        "name the model file itself, not the folder it lies in",
        "write the data of a pipe to a file first",
      ]),
    Explanation(
      "E-FILE-003", .noPermission,
      "The permission to read or write is missing.",
      causes: [
        "the file or its folder belongs to another user",
        "the folder is mounted read-only",
      ],
      remedies: [
        "check the permissions of the file and of every folder above it",
        "write to another folder",
      ]),
    Explanation(
      "E-FILE-004", .inputOutput,
      "The system could not read the file.",
      causes: [
        "the disk or the network share has a fault",
        "the file was cut while it was read",
      ],
      remedies: [
        "check the disk",
        "copy the file to a local disk and run again",
      ]),
    Explanation(
      "E-FILE-005", .inputOutput,
      "The system could not write the output; no partial file is left.",
      causes: [
        "the disk is full, or a quota is used up",
        "a network share went away",
      ],
      remedies: [
        "make room, or write to another disk",
        "find out the size before with --dry-run",
      ]),
    Explanation(
      "E-FILE-006", .inputOutput,
      "A file that was being read is not what it was at the start.",
      causes: [
        "another program writes to it",
        "a download or a copy of it is still running",
      ],
      remedies: [
        "wait until the other program is done, and run again"
      ]),
    Explanation(
      "E-FILE-007", .malformedData,
      "A data file of the model has a second name elsewhere (a hard link).",
      causes: [
        "a cache that stores equal files once, such as that of a model hub",
        "a hostile model that wants a file of yours read",
      ],
      remedies: [
        "copy the data file so that it has one name only"
      ]),
    Explanation(
      "E-FILE-008", .malformedData,
      "A data file of the model, or a folder on the way to it, is a symbolic link.",
      causes: [
        "the model lies in a cache that links to its files",
        "a hostile model that wants a file of yours read",
      ],
      remedies: [
        "replace the link by the file it points to, for example with cp -L"
      ]),
    Explanation(
      "E-FILE-009", .malformedData,
      "The model names a data file outside of its own folder.",
      causes: [
        "the model was saved with an absolute path, or one with ..",
        "a hostile model that wants a file of yours read",
      ],
      remedies: [
        "move the data file into the model's folder, and save the model again"
      ]),
    Explanation(
      "E-FILE-010", .outputBlocked,
      "The output exists, and nothing said that it may be replaced.",
      causes: [
        "the command ran before",
        "a data file of another model has the same name",
      ],
      remedies: [
        "pass -f to replace it",
        "choose another output",
      ]),
    Explanation(
      "E-FILE-011", .outputBlocked,
      "The output is one of the files that are read.",
      causes: [
        "input and output are the same path, or two names of one file"
      ],
      remedies: [
        "choose another output; -f does not allow this"
      ]),
    Explanation(
      "E-FILE-012", .outputBlocked,
      "The output cannot be created.",
      causes: [
        "its folder does not exist",
        "its name is too long, or is that of a folder",
      ],
      remedies: [
        "make the folder",
        "choose another name",
      ]),
    Explanation(
      "E-STD-001", .usage,
      "A model is to come from standard input, which is a terminal.",
      causes: [
        "a dash was given, and nothing is redirected"
      ],
      remedies: [
        "redirect a model to it, or name a file"
      ]),
    Explanation(
      "E-STD-002", .outputBlocked,
      "A model is to go to standard output, which is a terminal.",
      causes: [
        "a dash was given, and nothing is redirected"
      ],
      remedies: [
        "redirect it, or name a file",
        "pass -f to see the bytes all the same",
      ]),
    Explanation(
      "E-STD-003", .malformedData,
      "More bytes came from standard input than are kept.",
      causes: [
        "the program that writes does not end"
      ],
      remedies: [
        "name a file"
      ]),
    Explanation(
      "E-STD-004", .usage,
      "The output has several files, and standard output takes one.",
      causes: [
        "the model has external data, or shards were asked for"
      ],
      remedies: [
        "name a file"
      ]),
  ]
}

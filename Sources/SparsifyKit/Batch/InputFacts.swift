internal import ByteStorage
internal import ModelGraph

/// What a plan says about a model, found without reading its weights but to hash them.
///
/// A file that is broken or cannot be read has facts too: that it fails is found when it is converted.
struct InputFacts: Sendable {
  /// The SHA-256 of each file, the model file first; none when they cannot be read.
  let digests: [String]
  /// The bytes of all files.
  let bytes: Int
  /// What a conversion needs on one thread, in bytes.
  let memory: Int
  /// The data files beside the model file, relative to its folder.
  let dataFiles: [String]

  /// Looks at the model that a conversion reads.
  init(_ conversion: Conversion) {
    let file = try? OpenFile(path: conversion.input)
    let loaded = file.flatMap { file in
      try? ModelFormats.format(of: file).read(file, isVerifying: false)
    }
    let files: [any InputFile] = loaded?.inputs ?? file.map { [$0] } ?? []
    digests = (try? files.map { try HexDigest.sha256(of: $0) }) ?? []
    bytes = files.reduce(0) { $0 + $1.byteCount }
    let fixed = loaded.map { conversion.fixedBytes(for: $0.model) } ?? Conversion.baseBytes
    memory = fixed + Conversion.bytesPerThread
    dataFiles = loaded?.model.document?.files.dropFirst().map(\.path.text) ?? []
  }
}

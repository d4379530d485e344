/// Files that are often taken for ONNX models, by their first bytes.
enum ForeignFormat {
  private static let signatures: [(start: [UInt8], offset: Int, message: String)] = [
    (text("version https://git-lfs"), 0, "a Git LFS pointer, not the model: run git lfs pull"),
    (text("<"), 0, "HTML or XML text, not a model: check where it was fetched from"),
    (text("PK"), 0, "a zip archive (or a PyTorch file): unzip it, or export the model to ONNX"),
    ([0x1F, 0x8B], 0, "compressed with gzip: run gunzip first"),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, "compressed with zstd: run unzstd first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], 0, "compressed with xz: run unxz first"),
    (text("BZh"), 0, "compressed with bzip2: run bunzip2 first"),
    (text("GGUF"), 0, "a GGUF model: export the original model to ONNX instead"),
    (text("TFL3"), 4, "a TFLite model: convert it with tf2onnx"),
    (text("ORTM"), 4, "an ORT-format model: use the ONNX model it was made of"),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], 0, "a numpy array (.npy), not a model"),
    ([0x89, 0x48, 0x44, 0x46], 0, "an HDF5 (Keras) model: convert it with tf2onnx"),
    (text("{"), 8, "a safetensors file: weights without a graph; export the model to ONNX"),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// What a file is by its first bytes, in words; nil when it may be an ONNX model.
  static func diagnosis(of prefix: [UInt8]) -> String? {
    for signature in signatures
    where prefix.dropFirst(signature.offset).starts(with: signature.start) {
      if signature.offset == 8, !isSafetensors(prefix) { continue }
      return signature.message
    }
    if prefix.starts(with: [0x80]), prefix.count > 1, (2...5).contains(prefix[1]) {
      return "a Python pickle: export the model to ONNX with the framework it comes from"
    }
    if prefix.allSatisfy({ $0 == 0 }) { return "zeros only: fetch or save it again" }
    if prefix.count >= 16, prefix.allSatisfy(isText) { return "text, not a model" }
    return nil
  }

  /// True when the first eight bytes are a plausible length of a JSON header.
  private static func isSafetensors(_ prefix: [UInt8]) -> Bool {
    prefix[4..<8].allSatisfy { $0 == 0 } && prefix.dropFirst(9).first == UInt8(ascii: "\"")
  }

  private static func isText(_ byte: UInt8) -> Bool {
    (0x20..<0x7F).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}

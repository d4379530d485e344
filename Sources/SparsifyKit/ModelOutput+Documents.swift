internal import ByteStorage
internal import ModelGraph

extension ModelOutput {
  /// From so many bytes on, hashing them takes longer than handing them to another thread.
  private static let worthThread = 16 << 20

  /// Writes all files of a document, and checks those whose digests are known.
  ///
  /// - Parameters:
  ///   - document: the files.
  ///   - options: how many threads there are, and who is told about progress.
  ///   - fill: writes one file with its holes filled.
  /// - Throws: what `fill` throws; `ConversionError.digestDiffers` when a file is not what it was.
  func write(
    _ document: SourceDocument, options: WritingOptions,
    fill: (FileTemplate, any ByteSink) throws -> Void
  ) throws {
    let total = document.files.reduce(0) { $0 + ($1.byteCount ?? 0) }
    // All at once, so that what is in the way of one shows before another is written.
    let outputs = try document.files.map { try open($0.path) }
    for (file, base) in zip(document.files, outputs) {
      let before = byteCount
      let sink = HashingSink(
        base, isHashing: file.digest != nil,
        beside: options.threads > 1 && total >= Self.worthThread
      ) { done in
        options.progress?(before + done, total)
      }
      try fill(file, sink)
      if let expected = file.digest, sink.digest() != expected {
        throw ConversionError.digestDiffers(file.path)
      }
    }
  }
}

/// Passes bytes on and hashes them on the way, or beside it on another thread.
private final class HashingSink: ByteSink {
  private let base: any ByteSink
  private let hash: SHA256?
  private let background: BackgroundDigest<SHA256>?
  private let progress: (Int) -> Void

  init(
    _ base: any ByteSink, isHashing: Bool, beside isBeside: Bool, progress: @escaping (Int) -> Void
  ) {
    self.base = base
    background = isHashing && isBeside ? BackgroundDigest() : nil
    hash = isHashing && background == nil ? SHA256() : nil
    self.progress = progress
  }

  var byteCount: Int { base.byteCount }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    background?.update(Array(bytes))
    hash?.update(bytes)
    try base.write(bytes)
    progress(base.byteCount)
  }

  func write(_ bytes: [UInt8]) throws {
    background?.update(bytes)
    bytes.withUnsafeBytes { hash?.update($0) }
    try base.write(bytes)
    progress(base.byteCount)
  }

  func digest() -> [UInt8]? { background?.finalize() ?? hash?.finalize() }
}

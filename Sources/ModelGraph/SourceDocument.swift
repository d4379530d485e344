public import ByteStorage

/// The files a model came from, as bytes with holes where tensors go.
///
/// While the graph is as it was read, filling the holes gives those files back exactly, however oddly
/// they were written. A format that knows nothing of the file's syntax can store and restore it.
public struct SourceDocument: Sendable {
  /// The format of the files, as in the list of formats.
  public var formatName: String
  /// The model file first, then its data files.
  public var files: [FileTemplate]

  /// Makes a document.
  public init(formatName: String, files: [FileTemplate]) {
    self.formatName = formatName
    self.files = files
  }

  /// The tensors that fill holes of any file.
  var holeTensors: Set<TensorID> {
    files.reduce(into: []) { set, file in set.formUnion(file.holes.lazy.map(\.tensor)) }
  }
}

/// One file as literal bytes with holes.
public struct FileTemplate: Sendable {
  /// A place in a file where a tensor's contents stand.
  public struct Hole: Hashable, Sendable {
    /// How many literal bytes stand before it.
    public var position: Int
    /// The tensor whose contents fill it, whole.
    public var tensor: TensorID
    /// How many bytes it takes.
    public var byteCount: Int

    /// Makes a hole.
    public init(position: Int, tensor: TensorID, byteCount: Int) {
      self.position = position
      self.tensor = tensor
      self.byteCount = byteCount
    }
  }

  /// The path relative to the model file's folder; empty for the model file itself.
  public var path: ByteString
  /// All bytes outside of the holes, one after the other.
  public var literal: any ByteSource
  /// The holes, in the order they stand in the file.
  public var holes: [Hole]
  /// The file as it was read, when it is at hand.
  public var original: (any ByteSource)?
  /// SHA-256 of the file as it was read, when it is known.
  public var digest: [UInt8]?

  /// Makes a template.
  public init(
    path: ByteString = "", literal: any ByteSource, holes: [Hole] = [],
    original: (any ByteSource)? = nil, digest: [UInt8]? = nil
  ) {
    self.path = path
    self.literal = literal
    self.holes = holes
    self.original = original
    self.digest = digest
  }

  /// The size of the file with its holes filled; nil when it overflows.
  public var byteCount: Int? {
    var total = literal.byteCount
    for hole in holes {
      let (sum, overflow) = total.addingReportingOverflow(hole.byteCount)
      guard !overflow else { return nil }
      total = sum
    }
    return total
  }
}

public import ByteStorage

/// A place in a model's table of tensors.
public struct TensorID: Hashable, Sendable, Comparable {
  /// The index in `Model.tensors`.
  public let index: Int

  /// Names the tensor at an index of the table.
  public init(_ index: Int) {
    self.index = index
  }

  /// Orders by index.
  public static func < (left: TensorID, right: TensorID) -> Bool { left.index < right.index }
}

/// A typed, shaped view of bytes that are read when somebody needs them.
public struct Tensor: Sendable {
  /// The name; empty for most constants.
  public var name: ByteString
  /// What an element is.
  public let elementType: ElementType
  /// The dimensions.
  public let shape: Shape
  /// The elements, packed, little-endian, first dimension slowest.
  ///
  /// Empty for strings, whose contents stay in `annotation`.
  public let contents: any ByteSource
  /// What the file format said of this tensor beyond the above, in the format's own bytes.
  public var annotation: [UInt8]
  /// True while the contents are the ones that were read.
  public let isOriginal: Bool
  /// How the zeros lie, when pruning made a pattern; a hint for encoders.
  public var pattern: SparsityPattern?

  /// Makes a tensor of contents that a file holds.
  public init(
    name: ByteString, elementType: ElementType, shape: Shape, contents: any ByteSource,
    annotation: [UInt8] = []
  ) {
    self.init(
      name: name, elementType: elementType, shape: shape, contents: contents,
      annotation: annotation, isOriginal: true, pattern: nil)
  }

  private init(
    name: ByteString, elementType: ElementType, shape: Shape, contents: any ByteSource,
    annotation: [UInt8], isOriginal: Bool, pattern: SparsityPattern?
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.contents = contents
    self.annotation = annotation
    self.isOriginal = isOriginal
    self.pattern = pattern
  }

  /// The same tensor with other contents of the same size.
  public func replacing(
    contents: any ByteSource, pattern: SparsityPattern? = nil
  ) -> Tensor {
    Tensor(
      name: name, elementType: elementType, shape: shape, contents: contents,
      annotation: annotation, isOriginal: false, pattern: pattern)
  }
}

extension Tensor {
  /// A tensor of the same type made from this one, of another shape.
  public func resized(
    to shape: Shape, contents: any ByteSource, name: ByteString? = nil
  ) -> Tensor {
    Tensor(
      name: name ?? self.name, elementType: elementType, shape: shape, contents: contents,
      annotation: annotation, isOriginal: false, pattern: nil)
  }
}

/// Where zeros lie in a tensor, beyond single elements.
public enum SparsityPattern: Hashable, Sendable {
  /// At most `kept` non-zeros in each run of `group` elements that lie `stride` elements apart.
  case groups(kept: Int, group: Int, stride: Int)
  /// Whole blocks of `rows` by `columns` zeros in a matrix whose rows have `rowLength` elements.
  case blocks(rows: Int, columns: Int, rowLength: Int)
}

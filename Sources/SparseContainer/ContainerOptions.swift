public import SparseCoding

/// How tensors stand in a container.
public enum ContainerLayout: String, Sendable, Hashable, CaseIterable {
  /// As small as they get.
  case packed
  /// As they are, each from the beginning of a page on, so that programs can map them into memory.
  case mapped
}

/// How a container is written.
public struct ContainerOptions: Sendable {
  /// How hard to try to make tensors small.
  public var level: CompressionLevel
  /// How tensors stand in it.
  public var layout: ContainerLayout
  /// The most bytes a file should have, unless a single tensor has more; nil for one file.
  public var shardSize: Int?

  /// Makes options.
  public init(
    level: CompressionLevel = .balanced, layout: ContainerLayout = .packed, shardSize: Int? = nil
  ) {
    self.level = level
    self.layout = layout
    self.shardSize = shardSize
  }
}

public import ArgumentParser
public import Pruning
public import SparseCoding
public import SparseContainer
public import SparsifyKit
public import StructuredPruning

extension PruningScope: ExpressibleByArgument {}
extension ChannelPruningScope: ExpressibleByArgument {}
extension CompressionLevel: ExpressibleByArgument {}
extension ContainerLayout: ExpressibleByArgument {}
extension SizeBreakdown.Key: ExpressibleByArgument {}

extension ByteSize: ExpressibleByArgument {
  /// Reads a size such as `512M`.
  public init?(argument: String) {
    self.init(argument)
  }
}

extension BatchShard: ExpressibleByArgument {
  /// Reads a part of a plan such as `3/20`.
  public init?(argument: String) {
    self.init(argument)
  }
}

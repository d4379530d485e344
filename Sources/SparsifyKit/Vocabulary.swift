public import Pruning
public import SparseCoding
public import SparseContainer
public import StructuredPruning

// What a user of this library needs to say what is to be done, without importing the modules below.

/// What to prune and how.
public typealias PruningRequest = Pruning.PruningRequest
/// How much is pruned, and where it may lie.
public typealias PruningGoal = Pruning.PruningGoal
/// Which channels to remove.
public typealias ChannelPruningRequest = StructuredPruning.ChannelPruningRequest
/// How many channels go, or how much is to stay.
public typealias ChannelPruningGoal = StructuredPruning.ChannelPruningGoal
/// Among which weights the least important are looked for.
public typealias PruningScope = Pruning.PruningScope
/// How many of how many consecutive weights are kept.
public typealias GroupPattern = Pruning.GroupPattern
/// The blocks that go as a whole.
public typealias BlockPattern = Pruning.BlockPattern
/// Which tensors are meant.
public typealias SelectionRule = Pruning.SelectionRule
/// How hard to try to make tensors small.
public typealias CompressionLevel = SparseCoding.CompressionLevel
/// How tensors stand in a container.
public typealias ContainerLayout = SparseContainer.ContainerLayout

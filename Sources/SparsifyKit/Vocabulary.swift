public import Pruning
public import SparseCoding
public import SparseContainer
public import StructuredPruning

// What a user of this library needs to say what is to be done, without importing the modules below.

/// Among which channels the least important are looked for.
public typealias ChannelPruningScope = StructuredPruning.ChannelPruningScope
/// Among which weights the least important are looked for.
public typealias PruningScope = Pruning.PruningScope
/// How many of how many consecutive weights are kept.
public typealias GroupPattern = Pruning.GroupPattern
/// The blocks that go as a whole.
public typealias BlockPattern = Pruning.BlockPattern
/// A way to name weights.
public typealias Selector = Pruning.Selector
/// A share of its own for what a selector matches.
public typealias SelectedShare = Pruning.SelectedShare
/// How hard to try to make tensors small.
public typealias CompressionLevel = SparseCoding.CompressionLevel
/// How tensors stand in a container.
public typealias ContainerLayout = SparseContainer.ContainerLayout

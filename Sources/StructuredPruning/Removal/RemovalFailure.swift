internal import ModelGraph

/// Why indices cannot be removed after all: at a node, the rewritten graph would not be right.
struct RemovalFailure: Error {
  let node: NodeID
  /// Completes the sentence "the node …".
  let reason: String
}

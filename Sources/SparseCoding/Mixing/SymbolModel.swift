internal import CKernels

/// Codes the bytes of a plane as ways through a symbol tree, by how probable the answers are after those
/// before.
///
/// Six contexts, in each of which each question has a probability of its own: the levels of the row so
/// far, of the channel so far, and of both together; the place in the kernel with the last four first
/// answers, and with the level of the last few bytes; and the bytes around. One use only: it learns.
struct SymbolModel {
  private let tree: SymbolTree
  private var model: symbol_model
  private let kernels: KernelPath
  private let scratch: ScratchStack

  /// Takes its memory from `scratch`: five bytes a column at most, and 4 MB.
  ///
  /// `places` are those of the bytes in the chunk; nil when byte `i` stands at place `i`.
  init(
    _ tree: SymbolTree, _ geometry: RowGeometry, _ places: UnsafeRawBufferPointer?,
    _ kernels: KernelPath, _ scratch: ScratchStack
  ) {
    self.tree = tree
    self.kernels = kernels
    self.scratch = scratch
    model = symbol_model(
      tables: LogisticTables.shared.copied(to: scratch), rows: geometry.rows,
      questions: scratch.copy(tree.nodes.map(\.question)).baseAddress,
      question_count: tree.nodes.count, levels: scratch.copy(tree.levels).baseAddress,
      means: nil, weights: scratch.take(tree.nodes.count, as: question_weights.self),
      channels: scratch.take(geometry.channelCount, as: running_mean.self),
      above: scratch.take(geometry.rowLength + 1, as: UInt8.self),
      places: places?.baseAddress?.assumingMemoryBound(to: UInt32.self))
    model.means = scratch.take(mixed_symbols_means(&model), as: running_mean.self)
  }

  /// Codes bytes that are all in the tree.
  mutating func encode(_ raw: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let answers = raw.reduce(0) { $0 + tree.answerCounts[Int($1)] }
    let coded = scratch.take(2 * answers + 4)
    let size = mixed_symbols_encode(
      kernels.selector, &model, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count,
      coded.baseAddress?.assumingMemoryBound(to: UInt8.self))
    return UnsafeRawBufferPointer(rebasing: coded[..<size])
  }

  /// Fills `raw`; false unless all bytes are used and no more.
  mutating func decode(
    _ coded: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer
  ) -> Bool {
    mixed_symbols_decode(
      kernels.selector, &model, coded.baseAddress?.assumingMemoryBound(to: UInt8.self),
      coded.count, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count)
  }
}

extension SymbolTree.Node {
  /// The question in C, where below zero is as here.
  fileprivate var question: symbol_question {
    symbol_question(next: (Int32(no), Int32(yes)), probability: probability, split: split)
  }
}

/// Numbered items worked on by several threads, and the results taken in order.
///
/// What comes out does not depend on the number of threads, errors included: the error that is thrown
/// is that of the first item that fails, after all items before it were consumed.
public enum OrderedPipeline {
  /// Makes a product of each of `count` items on `threads` threads and consumes them in order.
  ///
  /// At most twice as many products as threads exist at a time. Products are consumed on the calling
  /// thread while the next are made, with one thread too unless `isBeside` is false. When the system
  /// gives fewer threads, fewer are used.
  ///
  /// - Parameters:
  ///   - count: how many items there are; they are numbered from 0.
  ///   - threads: how many threads make products.
  ///   - isBeside: whether they are other threads than the calling one, which makes and consumes in turn
  ///     if not.
  ///   - workspace: makes what one thread keeps between its items, such as buffers.
  ///   - produce: makes the product of an item.
  ///   - consume: takes the product of an item.
  /// - Throws: what the closures throw.
  public static func run<Workspace, Product: Sendable>(
    count: Int, threads: Int, isBeside: Bool = true, workspace: @Sendable () throws -> Workspace,
    produce: @Sendable (Int, inout Workspace) throws -> Product,
    consume: (Int, Product) throws -> Void
  ) throws {
    let threads = min(threads, count)
    guard count > 1, isBeside else {
      return try runSerially(
        count: count, workspace: workspace, produce: produce, consume: consume)
    }
    // The closures live as long as the threads, and all threads are joined before this returns.
    try withoutActuallyEscaping(workspace) { workspace in
      try withoutActuallyEscaping(produce) { produce in
        let queue = ProductQueue<Product>(count: count, window: 2 * threads)
        let workers = (0..<threads).compactMap { _ in
          WorkerThread { fill(queue, workspace: workspace, produce: produce) }
        }
        defer {
          queue.stop()
          for worker in workers { worker.join() }
        }
        guard !workers.isEmpty else {
          return try runSerially(
            count: count, workspace: workspace, produce: produce, consume: consume)
        }
        for index in 0..<count {
          try consume(index, queue.product(of: index).get())
        }
      }
    }
  }

  /// Makes and consumes products as `run(count:…)` does, handing small items out in batches.
  ///
  /// A thread's turn costs more than a small item: consecutive items of up to `batchSize` bytes
  /// together are one turn. A single batch is worked on by the calling thread.
  ///
  /// - Parameters:
  ///   - sizes: the size in bytes of each item; items are numbered from 0.
  ///   - threads: how many threads make products.
  ///   - isBeside: whether they are other threads than the calling one, which makes and consumes in turn
  ///     if not.
  ///   - workspace: makes what one thread keeps between its items, such as buffers.
  ///   - produce: makes the product of an item.
  ///   - consume: takes the product of an item.
  /// - Throws: what the closures throw.
  public static func run<Workspace, Product: Sendable>(
    sizes: [Int], threads: Int, isBeside: Bool = true, workspace: @Sendable () throws -> Workspace,
    produce: @Sendable (Int, inout Workspace) throws -> Product,
    consume: (Int, Product) throws -> Void
  ) throws {
    let batches = batches(of: sizes)
    try run(
      count: batches.count, threads: threads, isBeside: isBeside, workspace: workspace,
      produce: { batch, space in
        var products: [Result<Product, any Error>] = []
        for index in batches[batch] {
          let product = Result { try produce(index, &space) }
          products.append(product)
          if case .failure = product { break }
        }
        return products
      },
      consume: { batch, products in
        for place in products.indices {
          try consume(batches[batch].lowerBound + place, products[place].get())
        }
      })
  }

  /// Items of this size together, in bytes, are worth a thread's turn.
  private static let batchSize = 1 << 18

  private static func batches(of sizes: [Int]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var (start, total) = (0, 0)
    for (index, size) in sizes.enumerated() {
      if index > start, size > batchSize - total {
        batches.append(start..<index)
        (start, total) = (index, 0)
      }
      total += min(size, batchSize)
    }
    if start < sizes.count { batches.append(start..<sizes.count) }
    return batches
  }

  private static func runSerially<Workspace, Product>(
    count: Int, workspace: () throws -> Workspace,
    produce: (Int, inout Workspace) throws -> Product, consume: (Int, Product) throws -> Void
  ) throws {
    guard count > 0 else { return }
    var space = try workspace()
    for index in 0..<count {
      try consume(index, produce(index, &space))
    }
  }

  /// What a thread does: the next item nobody took, until there are none.
  private static func fill<Workspace, Product: Sendable>(
    _ queue: ProductQueue<Product>, workspace: () throws -> Workspace,
    produce: (Int, inout Workspace) throws -> Product
  ) {
    var space: Workspace?
    while let index = queue.nextItem() {
      var result: Result<Product, any Error>? = Result {
        var current = try space.take() ?? workspace()
        defer { space = current }
        return try produce(index, &current)
      }
      queue.put(&result, of: index)
    }
  }
}

/// The products that were made and not yet consumed, never more than a window of them.
private struct ProductQueue<Product: Sendable>: Sendable {
  private struct State {
    var slots: [Result<Product, any Error>?]
    var next = 0
    var consumed = 0
    var isStopped = false
  }

  private let count: Int
  private let window: Int
  private let state: Monitor<State>

  init(count: Int, window: Int) {
    self.count = count
    self.window = window
    state = Monitor(State(slots: Array(repeating: nil, count: window)))
  }

  /// The next item to work on, waiting while the window is full; nil when there is none.
  func nextItem() -> Int? {
    state.wait { state -> Int?? in
      guard !state.isStopped, state.next < count else { return .some(nil) }
      guard state.next - state.consumed < window else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Takes a product over, so that the thread that made it does not keep it alive.
  func put(_ result: inout Result<Product, any Error>?, of index: Int) {
    state.update { swap(&$0.slots[index % window], &result) }
  }

  /// The product of the next item to consume, waiting for it.
  func product(of index: Int) -> Result<Product, any Error> {
    let result = state.wait { state in
      state.slots[index % window].take()
    }
    state.update { $0.consumed += 1 }
    return result
  }

  func stop() {
    state.update { $0.isStopped = true }
  }
}

/// Numbered items worked on by several threads, and the results taken in order.
///
/// What comes out does not depend on the number of threads, errors included: the error that is thrown
/// is that of the first item that fails, after all items before it were consumed.
public enum OrderedPipeline {
  /// Makes a product of each of `count` items on `threads` threads and consumes them in order.
  ///
  /// No thread starts an item that is `window` items or more ahead of the next to consume, so that many
  /// products exist at a time. The calling thread is one of the threads: it makes products whenever the
  /// next to consume is not ready. (One more thread that only consumes takes a processor from one of the
  /// others for every product.) When the system gives fewer threads, fewer are used.
  ///
  /// - Parameters:
  ///   - count: how many items there are; they are numbered from 0.
  ///   - threads: how many threads make products.
  ///   - isBeside: whether a single thread is another than the calling one, which then only consumes.
  ///   - window: how many items may be ahead of the consumer, at least 1; nil: two for each thread.
  ///   - workspace: makes what one thread keeps between its items, such as buffers.
  ///   - produce: makes the product of an item.
  ///   - consume: takes the product of an item.
  /// - Throws: what the closures throw.
  public static func run<Workspace, Product: Sendable>(
    count: Int, threads: Int, isBeside: Bool = true, window: Int? = nil,
    workspace: @Sendable () throws -> Workspace,
    produce: @Sendable (Int, inout Workspace) throws -> Product,
    consume: (Int, Product) throws -> Void
  ) throws {
    let others = min(threads - 1, count)
    guard count > 1, others > 0 || isBeside else {
      return try runSerially(
        count: count, workspace: workspace, produce: produce, consume: consume)
    }
    // The closures live as long as the threads, and all threads are joined before this returns.
    try withoutActuallyEscaping(workspace) { workspace in
      try withoutActuallyEscaping(produce) { produce in
        let queue = ProductQueue<Product>(
          count: count, window: min(window ?? 2 * max(threads, 1), count))
        let workers = (0..<max(others, 1)).compactMap { _ in
          WorkerThread {
            let maker = Maker(workspace: workspace, produce: produce)
            while let index = queue.nextItem() { maker.make(index, for: queue) }
          }
        }
        defer {
          queue.stop()
          for worker in workers { worker.join() }
        }
        guard !workers.isEmpty else {
          return try runSerially(
            count: count, workspace: workspace, produce: produce, consume: consume)
        }
        let maker = others > 0 ? Maker(workspace: workspace, produce: produce) : nil
        for index in 0..<count {
          try consume(index, queue.product(of: index, maker).get())
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
  ///   - isBeside: whether a single thread is another than the calling one, which then only consumes.
  ///   - ahead: how many bytes of items may be ahead of the consumer beside two turns for each thread.
  ///     Other threads go on with these while an item takes much longer than its neighbours.
  ///   - workspace: makes what one thread keeps between its items, such as buffers.
  ///   - produce: makes the product of an item.
  ///   - consume: takes the product of an item.
  /// - Throws: what the closures throw.
  public static func run<Workspace, Product: Sendable>(
    sizes: [Int], threads: Int, isBeside: Bool = true, ahead: Int = 0,
    workspace: @Sendable () throws -> Workspace,
    produce: @Sendable (Int, inout Workspace) throws -> Product,
    consume: (Int, Product) throws -> Void
  ) throws {
    let batches = batches(of: sizes)
    try run(
      count: batches.count, threads: threads, isBeside: isBeside,
      window: 2 * max(threads, 1) + ahead / max(batchSize, sizes.max() ?? 0), workspace: workspace,
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
}

/// What makes products on one thread, with its workspace.
private final class Maker<Workspace, Product: Sendable> {
  private let workspace: @Sendable () throws -> Workspace
  private let produce: @Sendable (Int, inout Workspace) throws -> Product
  private var space: Workspace?

  init(
    workspace: @escaping @Sendable () throws -> Workspace,
    produce: @escaping @Sendable (Int, inout Workspace) throws -> Product
  ) {
    (self.workspace, self.produce) = (workspace, produce)
  }

  func make(_ index: Int, for queue: ProductQueue<Product>) {
    var result: Result<Product, any Error>? = Result {
      var current = try space.take() ?? workspace()
      defer { space = current }
      return try produce(index, &current)
    }
    queue.put(&result, of: index)
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
      return takeItem(&state).map(Optional.some)
    }
  }

  /// Takes a product over, so that the thread that made it does not keep it alive.
  func put(_ result: inout Result<Product, any Error>?, of index: Int) {
    state.update { swap(&$0.slots[index % window], &result) }
  }

  /// The product of the next item to consume; makes others, if there is a maker, until it is ready.
  func product<Workspace>(
    of index: Int, _ maker: Maker<Workspace, Product>?
  ) -> Result<Product, any Error> {
    while true {
      let step: Step = state.wait { state in
        if let product = state.slots[index % window].take() { return .consume(product) }
        return maker == nil ? nil : takeItem(&state).map(Step.make)
      }
      switch step {
      case .make(let item):
        maker?.make(item, for: self)
      case .consume(let product):
        state.update { $0.consumed += 1 }
        return product
      }
    }
  }

  private enum Step {
    case make(Int)
    case consume(Result<Product, any Error>)
  }

  private func takeItem(_ state: inout State) -> Int? {
    guard state.next < count, state.next - state.consumed < window else { return nil }
    defer { state.next += 1 }
    return state.next
  }

  func stop() {
    state.update { $0.isStopped = true }
  }
}

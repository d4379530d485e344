/// Reusable memory that is taken and given back like a stack.
///
/// Buffers keep their size between chunks, so that steady work allocates nothing.
final class ScratchStack {
  /// Room after every buffer, for kernels that write one element too many.
  private static let padding = 16

  private var buffers: [UnsafeMutableRawBufferPointer] = []
  private var used = 0

  /// A buffer with undefined contents, valid until the enclosing `scope` ends.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let needed = count + Self.padding
    if used == buffers.count {
      buffers.append(.allocate(byteCount: needed, alignment: 64))
    } else if buffers[used].count < needed {
      buffers[used].deallocate()
      buffers[used] = .allocate(byteCount: needed, alignment: 64)
    }
    defer { used += 1 }
    return UnsafeMutableRawBufferPointer(rebasing: buffers[used][..<count])
  }

  /// Room for `count` values that a kernel in C fills, valid as long.
  func take<Value: BitwiseCopyable>(
    _ count: Int, as type: Value.Type
  ) -> UnsafeMutablePointer<Value>? {
    take(count * MemoryLayout<Value>.stride).bindMemory(to: type).baseAddress
  }

  /// A copy of an array, valid as long.
  func copy<Value: BitwiseCopyable>(_ array: [Value]) -> UnsafeBufferPointer<Value> {
    let values = take(array.count * MemoryLayout<Value>.stride).bindMemory(to: Value.self)
    _ = values.initialize(from: array)
    return UnsafeBufferPointer(values)
  }

  /// Where the stack stands now.
  var mark: Int { used }

  /// Takes back every buffer taken since `mark`.
  func release(to mark: Int) {
    used = mark
  }

  /// Runs `body` and takes back every buffer it took.
  func scope<Result>(
    _ body: () throws(SparseCodingError) -> Result
  ) throws(SparseCodingError) -> Result {
    let start = mark
    defer { release(to: start) }
    return try body()
  }

  /// Runs a measurement and takes back every buffer it took.
  func measured<Result>(_ body: (ScratchStack) -> Result) -> Result {
    let start = mark
    defer { release(to: start) }
    return body(self)
  }

  deinit {
    for buffer in buffers { buffer.deallocate() }
  }
}

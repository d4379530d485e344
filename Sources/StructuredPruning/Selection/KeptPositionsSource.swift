public import ByteStorage

/// The contents of a tensor without some positions of its axes, read piece by piece.
///
/// What stays keeps its order, so that reading goes forward: the base is read in windows of bounded
/// size, and long runs straight into their place.
public struct KeptPositionsSource: ByteSource {
  /// Runs of this size are not worth a copy.
  private static let directSize = 1 << 15
  private static let windowSize = 1 << 17

  private let base: any ByteSource
  private let row: KeptRuns
  private let outer: OuterPositions
  /// How many bytes stay.
  public let byteCount: Int

  /// Makes a source; nil when shape, masks and the base's size do not fit one another.
  ///
  /// - Parameters:
  ///   - base: the contents of the whole tensor.
  ///   - shape: its shape.
  ///   - elementSize: how many bytes an element has.
  ///   - masks: for each axis true for the positions that stay, or nil when all do.
  public init?(
    _ base: any ByteSource, shape: [Int], elementSize: Int, masks: [[Bool]?]
  ) {
    guard shape.count == masks.count, elementSize > 0,
      zip(shape, masks).allSatisfy({ $1 == nil || $1?.count == $0 })
    else { return nil }
    var size = elementSize
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      size = product
    }
    guard size == base.byteCount else { return nil }
    self.base = base
    if size > 0, let inner = masks.lastIndex(where: { $0 != nil }), let mask = masks[inner] {
      row = KeptRuns(mask, unit: shape[(inner + 1)...].reduce(elementSize, *))
      outer = OuterPositions(shape: shape[..<inner], masks: masks[..<inner])
    } else {
      row = KeptRuns([true], unit: size)
      outer = OuterPositions(shape: [], masks: [])
    }
    byteCount = row.keptSize * outer.count
  }

  /// Copies bytes that stay.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard !buffer.isEmpty else { return }
    var window = ReadWindow(base, end: place(of: offset + buffer.count - 1) + 1)
    defer { window.deallocate() }
    var done = 0
    while done < buffer.count {
      let (rowNumber, inRow) = (offset + done).quotientAndRemainder(dividingBy: row.keptSize)
      let start = outer.position(rowNumber) * row.size
      var (run, inRun) = row.run(at: inRow)
      while done < buffer.count, run < row.runs.count {
        let length = min(row.runs[run].count - inRun, buffer.count - done)
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + length])
        try window.copy(from: start + row.runs[run].start + inRun, into: target)
        done += length
        run += 1
        inRun = 0
      }
    }
  }

  /// Where a byte that stays lies in the base.
  private func place(of offset: Int) -> Int {
    let (rowNumber, inRow) = offset.quotientAndRemainder(dividingBy: row.keptSize)
    let (run, inRun) = row.run(at: inRow)
    return outer.position(rowNumber) * row.size + row.runs[run].start + inRun
  }

  /// A piece of the base that moves forward.
  private struct ReadWindow {
    let base: any ByteSource
    /// Behind the last byte that is needed.
    let end: Int
    var range = 0..<0
    var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init(_ base: any ByteSource, end: Int) {
      self.base = base
      self.end = end
    }

    mutating func copy(from place: Int, into target: UnsafeMutableRawBufferPointer) throws {
      if target.count >= directSize { return try base.read(at: place, into: target) }
      // Places only grow, so the window never starts behind one.
      if place + target.count > range.upperBound { try move(to: place) }
      let first = place - range.lowerBound
      target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[first..<first + target.count]))
    }

    private mutating func move(to place: Int) throws {
      if bytes.isEmpty { bytes = .allocate(byteCount: min(windowSize, end - place), alignment: 64) }
      let length = min(bytes.count, end - place)
      range = 0..<0
      try base.read(at: place, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<length]))
      range = place..<place + length
    }

    func deallocate() {
      bytes.deallocate()
    }
  }
}

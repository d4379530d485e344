/// Changes to a run of bytes, gathered in order and made in one pass.
struct WireEdits {
  private struct Edit {
    let removed: Range<Int>
    var added: Range<Int>
    var hole: Int
  }

  private var edits: [Edit] = []
  private var addedBytes: [UInt8] = []

  /// Replaces bytes, and puts a hole behind them.
  mutating func replace(_ removed: Range<Int>, by replacement: WireReplacement) {
    let start = addedBytes.count
    addedBytes += replacement.bytes
    edits.append(
      Edit(removed: removed, added: start..<addedBytes.count, hole: replacement.hole))
  }

  /// Leaves room for a change of the length at `range`, whose value is known only later.
  mutating func reserve(_ range: Range<Int>) -> Int {
    edits.append(Edit(removed: range, added: 0..<0, hole: 0))
    return edits.count - 1
  }

  /// Uses a reserved place, or gives it back when nothing was changed since.
  ///
  /// - Returns: by how many bytes the length's own size changes.
  mutating func setLength(_ length: Int, changed: Bool, at index: Int) -> Int {
    if !changed, index == edits.count - 1 {
      edits.removeLast()
      return 0
    }
    let start = addedBytes.count
    Varint.append(UInt64(length), to: &addedBytes)
    edits[index].added = start..<addedBytes.count
    return edits[index].added.count - edits[index].removed.count
  }

  /// Makes the changes.
  func applied(to bytes: [UInt8]) -> (bytes: [UInt8], holes: [WireHole]) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + addedBytes.count)
    var holes: [WireHole] = []
    var done = 0
    var missing = 0
    for edit in edits {
      result += bytes[done..<edit.removed.lowerBound]
      result += addedBytes[edit.added]
      done = edit.removed.upperBound
      guard edit.hole > 0 else { continue }
      holes.append(
        WireHole(position: result.count, byteCount: edit.hole, offset: result.count + missing))
      missing += edit.hole
    }
    result += bytes[done...]
    return (result, holes)
  }
}

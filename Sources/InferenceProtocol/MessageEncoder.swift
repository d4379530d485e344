/// Writes the parts of a message: numbers little-endian, everything else behind its length.
public struct MessageEncoder: Sendable {
  /// Contents of at least so many bytes are a piece of their own, which costs no copy.
  private static let smallestPiece = 1 << 12

  /// Contents in shared memory begin where a line of the cache does.
  private static let alignment = 64
  /// Set in the length of contents that stand in shared memory; where, follows.
  static let isShared: UInt64 = 1 << 63

  private var complete: [ArraySlice<UInt8>] = []
  private var last: [UInt8] = []
  private let room: SharedRoom?
  /// How much of the room is taken.
  private var taken = 0

  /// Starts an empty message; large contents go where the other side sees them, as far as there is
  /// room.
  public init(sharing room: SharedRoom? = nil) {
    self.room = room
  }

  /// The bytes so far, in pieces one behind the other.
  public var pieces: [ArraySlice<UInt8>] { complete + [last[...]] }

  /// Adds a number.
  public mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { last.append(contentsOf: $0) }
  }

  /// Adds a text.
  public mutating func add(_ text: String) {
    add(Array(text.utf8)[...])
  }

  /// Adds bytes.
  public mutating func add(_ contents: ArraySlice<UInt8>) {
    add(UInt64(contents.count))
    guard contents.count >= Self.smallestPiece else { return last.append(contentsOf: contents) }
    complete += [last[...], contents]
    last = []
  }

  /// Adds the contents of an array.
  mutating func add(_ contents: ArrayContents) {
    guard let room, contents.count >= Self.smallestPiece,
      contents.count <= room.bytes.count - taken
    else { return add(contents.slice) }
    contents.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(rebasing: room.bytes[taken...]).copyMemory(from: $0)
    }
    add(Self.isShared | UInt64(contents.count))
    add(UInt64(taken))
    let end = taken + contents.count + Self.alignment - 1
    taken = min(room.bytes.count, end - end % Self.alignment)
  }

  /// Adds a list.
  public mutating func add<Element>(
    list: [Element], _ encode: (Element, inout MessageEncoder) -> Void
  ) {
    add(UInt32(truncatingIfNeeded: list.count))
    for element in list { encode(element, &self) }
  }
}

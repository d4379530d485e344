public import CProtobufC

/// Memory for protobuf-c messages that are built to be packed; all of it goes with the arena.
public final class MessageArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  /// Makes an empty arena.
  public init() {}

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// A new message, initialised by its generated function and then filled in.
  public func make<Message>(
    _ type: Message.Type, _ initialize: (UnsafeMutablePointer<Message>?) -> Void,
    _ fill: (inout Message) -> Void = { _ in }
  ) -> UnsafeMutablePointer<Message> {
    let message = allocate(Message.self, count: 1)
    initialize(message)
    fill(&message.pointee)
    return message
  }

  /// A repeated field of messages: their number and the array of their addresses.
  public func pointers<Message>(
    _ messages: [UnsafeMutablePointer<Message>]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
    let (count, array) = self.array(messages.map(Optional.some))
    return (count, array)
  }

  /// A repeated field of numbers or byte strings: how many, and the array.
  public func array<Element>(_ elements: [Element]) -> (Int, UnsafeMutablePointer<Element>?) {
    guard !elements.isEmpty else { return (0, nil) }
    let start = allocate(Element.self, count: elements.count)
    start.initialize(from: elements, count: elements.count)
    return (elements.count, start)
  }

  /// A byte string.
  public func bytes(_ contents: some Collection<UInt8>) -> ProtobufCBinaryData {
    let (count, start) = array(Array(contents))
    return ProtobufCBinaryData(len: count, data: start)
  }

  private func allocate<Element>(_: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    let start = UnsafeMutablePointer<Element>.allocate(capacity: count)
    blocks.append(UnsafeMutableRawPointer(start))
    return start
  }
}

public import CProtobufC

/// What a walk knows of a family of messages: read from the descriptors that protoc-c generates.
public struct WireSchema: Sendable {
  /// How a field's value stands on the wire, and where a walk goes for it.
  enum Kind {
    case varint32
    case varint64
    case fixed32
    case fixed64
    case bytes
    case message(Int)
  }

  /// A field of a message; without references, because the walk copies one per field met.
  struct Field {
    let number: Int
    let kind: Kind
    let isRepeated: Bool
    /// How many bytes one element takes in the C struct or in the array it points to.
    let memorySize: Int
    /// True when the value is taken out of the message and given to the visitor.
    var isDetached = false
    /// True when nothing inside of the value is detached.
    var isWhole = false
    /// True when the value is a name, and so limited in length.
    var isName = false
  }

  /// A message type: where its fields lie in the common table.
  struct Message {
    let structSize: Int
    let firstField: Int
    let fieldCount: Int
    let lookupStart: Int
    let highestNumber: Int
    var countLimit = Int.max
  }

  private(set) var messages: [Message] = []
  private(set) var fields: [Field] = []
  /// For each message and field number the field's index, or -1.
  private var lookup: [Int32] = []
  private(set) var messageNames: [String] = []
  private(set) var fieldNames: [String] = []

  /// Reads the types reachable from a root message.
  ///
  /// Message types and fields are named as in the schema; a name that is not there is ignored.
  /// - Parameters:
  ///   - root: the descriptor of the outermost message.
  ///   - detached: for message types the fields whose values a visitor takes out.
  ///   - whole: for message types the fields inside of which nothing is taken out.
  ///   - names: fields of any message whose values are names.
  ///   - countLimits: how often a message type may occur.
  public init(
    root: UnsafePointer<ProtobufCMessageDescriptor>,
    detached: KeyValuePairs<String, [String]> = [:],
    whole: KeyValuePairs<String, [String]> = [:], names: [String] = [],
    countLimits: KeyValuePairs<String, Int> = [:]
  ) {
    var queue = [root]
    var next = 0
    while next < queue.count {
      let descriptor = queue[next].pointee
      next += 1
      let first = fields.count
      for position in 0..<Int(descriptor.n_fields) {
        let described = descriptor.fields[position]
        fields.append(Self.field(described, &queue))
        fieldNames.append(String(cString: described.name))
      }
      appendMessage(descriptor, firstField: first)
    }
    mark(detached: detached, whole: whole, names: names, countLimits: countLimits)
  }

  /// The index of a field in `fields`; nil when the message has none of that number.
  func field(_ number: Int, of message: Int) -> Int? {
    let type = messages[message]
    guard number <= type.highestNumber else { return nil }
    let index = lookup[type.lookupStart + number]
    return index < 0 ? nil : Int(index)
  }

  private mutating func appendMessage(
    _ descriptor: ProtobufCMessageDescriptor, firstField: Int
  ) {
    let own = fields[firstField...]
    let highest = own.map(\.number).max() ?? 0
    messages.append(
      Message(
        structSize: descriptor.sizeof_message, firstField: firstField, fieldCount: own.count,
        lookupStart: lookup.count, highestNumber: highest))
    messageNames.append(String(cString: descriptor.name))
    var table = [Int32](repeating: -1, count: highest + 1)
    for (index, field) in zip(own.indices, own) { table[field.number] = Int32(index) }
    lookup += table
  }

  private static func field(
    _ described: ProtobufCFieldDescriptor,
    _ queue: inout [UnsafePointer<ProtobufCMessageDescriptor>]
  ) -> Field {
    let (kind, size): (Kind, Int) =
      switch described.type {
      case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_SINT32,
        PROTOBUF_C_TYPE_ENUM, PROTOBUF_C_TYPE_BOOL:
        (.varint32, 4)
      case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: (.fixed32, 4)
      case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: (.fixed64, 8)
      case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES:
        (.bytes, MemoryLayout<ProtobufCBinaryData>.size)
      case PROTOBUF_C_TYPE_MESSAGE:
        (.message(messageIndex(described, &queue)), MemoryLayout<UnsafeRawPointer>.size)
      default: (.varint64, 8)
      }
    return Field(
      number: Int(described.id), kind: kind,
      isRepeated: described.label == PROTOBUF_C_LABEL_REPEATED,
      memorySize: size)
  }

  private static func messageIndex(
    _ described: ProtobufCFieldDescriptor,
    _ queue: inout [UnsafePointer<ProtobufCMessageDescriptor>]
  ) -> Int {
    let target = UnsafeRawPointer(described.descriptor).assumingMemoryBound(
      to: ProtobufCMessageDescriptor.self)
    if let known = queue.firstIndex(of: target) { return known }
    queue.append(target)
    return queue.count - 1
  }

  private mutating func mark(
    detached: KeyValuePairs<String, [String]>, whole: KeyValuePairs<String, [String]>,
    names: [String], countLimits: KeyValuePairs<String, Int>
  ) {
    for (type, name) in messageNames.enumerated() {
      messages[type].countLimit = countLimits.first { $0.key == name }?.value ?? Int.max
      let taken = detached.first { $0.key == name }?.value
      let kept = whole.first { $0.key == name }?.value
      let own = messages[type].firstField..<messages[type].firstField + messages[type].fieldCount
      for field in own {
        fields[field].isDetached = taken?.contains(fieldNames[field]) ?? false
        fields[field].isWhole = kept?.contains(fieldNames[field]) ?? false
        fields[field].isName = names.contains(fieldNames[field])
      }
    }
  }
}

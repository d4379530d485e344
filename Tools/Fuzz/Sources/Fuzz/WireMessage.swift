import ByteStorage
import CLibFuzzer
import ProtobufWire

/// A protobuf message as the list of its fields, without knowing what they mean.
struct WireMessage {
  struct Field {
    var tag: UInt64
    /// The value without the length that stands before a length-delimited one.
    var value: [UInt8]

    var isDelimited: Bool { tag & 7 == 2 }
  }

  var fields: [Field] = []

  /// Splits bytes into fields; nil when they are no message, or an empty one.
  init?(_ bytes: ArraySlice<UInt8>) {
    let message = Array(bytes)
    let isWhole = message.withUnsafeBytes { bytes in
      var position = 0
      while position < bytes.count {
        guard let tag = Varint.read(bytes, at: &position), tag >> 3 > 0 else { return false }
        var end = position
        switch tag & 7 {
        case 0: guard Varint.read(bytes, at: &end) != nil else { return false }
        case 1: end += 8
        case 2:
          guard let length = Varint.read(bytes, at: &position), length <= bytes.count else {
            return false
          }
          end = position + Int(length)
        case 5: end += 4
        default: return false
        }
        guard end <= bytes.count else { return false }
        fields.append(Field(tag: tag, value: Array(bytes[position..<end])))
        position = end
      }
      return true
    }
    guard isWhole, !fields.isEmpty else { return nil }
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    for field in fields {
      Varint.append(field.tag, to: &result)
      if field.isDelimited { Varint.append(UInt64(field.value.count), to: &result) }
      result += field.value
    }
    return result
  }

  /// The message with one change, at any depth.
  func mutated(_ random: inout Random, capacity: Int) -> [UInt8] {
    var path: [(message: WireMessage, field: Int)] = []
    var message = self
    var donor = fields[random.below(fields.count)]
    while true {
      let field = random.below(message.fields.count)
      guard message.fields[field].isDelimited, random.below(5) > 0,
        let inner = WireMessage(message.fields[field].value[...])
      else { break }
      path.append((message, field))
      message = inner
      if random.below(3) == 0 { donor = inner.fields[random.below(inner.fields.count)] }
    }
    message.change(&random, donor: donor, capacity: capacity)
    return path.reversed().reduce(message.bytes) { bytes, step in
      var outer = step.message
      outer.fields[step.field].value = bytes
      return outer.bytes
    }
  }

  /// Changes one field of this message itself.
  private mutating func change(_ random: inout Random, donor: Field, capacity: Int) {
    let index = random.below(fields.count)
    switch random.below(8) {
    case 0: fields.remove(at: index)
    case 1: fields.insert(fields[index], at: random.below(fields.count + 1))
    case 2: fields.swapAt(index, random.below(fields.count))
    case 3: fields.insert(donor, at: index)
    case 4: fields[index].tag = UInt64(1 + random.below(34)) << 3 | fields[index].tag & 7
    case 5 where fields[index].tag & 7 == 0:
      let edges: [UInt64] = [0, 1, 2, 127, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max]
      let value = edges[random.below(edges.count)] &+ UInt64(random.below(3)) &- 1
      fields[index].value = []
      Varint.append(value, to: &fields[index].value)
    default: fields[index].value.mutate(capacity: capacity)
    }
  }
}

extension [UInt8] {
  /// Lets libFuzzer change the bytes.
  fileprivate mutating func mutate(capacity: Int) {
    let size = count
    let room = Swift.min(2 * size + 16, Swift.max(capacity, size))
    append(contentsOf: repeatElement(0, count: room - size))
    removeLast(room - LLVMFuzzerMutate(&self, size, room))
  }
}

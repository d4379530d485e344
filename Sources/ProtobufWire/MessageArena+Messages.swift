public import ByteStorage
public import CProtobufC

extension MessageArena {
  /// Unpacks a message that a walk has checked.
  ///
  /// - Throws: `WireError` when the library refuses it or it does not fit the arena.
  public func unpack<Message>(
    _ bytes: [UInt8], as type: Message.Type,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(WireError) -> UnsafeMutablePointer<Message> {
    let message = withAllocator { allocator in
      bytes.withUnsafeBufferPointer {
        protobuf_c_message_unpack(descriptor, allocator, $0.count, $0.baseAddress)
      }
    }
    guard let message else {
      throw WireError(.unpack, at: 0, path: "", "the message cannot be unpacked")
    }
    return UnsafeMutableRawPointer(message).assumingMemoryBound(to: Message.self)
  }

  /// Memory for `count` values with all bytes zero.
  ///
  /// - Throws: `WireError` when there is no room.
  public func zeroed<Value>(
    _ type: Value.Type, count: Int = 1
  ) throws(WireError) -> UnsafeMutablePointer<Value> {
    let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    guard !overflow, let memory = allocate(size) else {
      throw WireError(.memory, at: 0, path: "", "no memory for \(count) values")
    }
    UnsafeMutableRawBufferPointer(start: memory, count: size).initializeMemory(
      as: UInt8.self, repeating: 0)
    return memory.bindMemory(to: Value.self, capacity: count)
  }

  /// A copy of values.
  ///
  /// - Throws: `WireError` when there is no room.
  public func copy<Value: BitwiseCopyable>(
    _ values: [Value]
  ) throws(WireError) -> UnsafeMutablePointer<Value> {
    let copy = try zeroed(Value.self, count: values.count)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { copy.update(from: start, count: source.count) }
    }
    return copy
  }

  /// A copy of bytes, as the library holds them.
  ///
  /// - Throws: `WireError` when there is no room.
  public func data(_ bytes: [UInt8]) throws(WireError) -> ProtobufCBinaryData {
    guard !bytes.isEmpty else { return ProtobufCBinaryData(len: 0, data: nil) }
    return ProtobufCBinaryData(len: bytes.count, data: try copy(bytes))
  }
}

/// The descriptor of a message type, by the initialiser that protoc-c generates for it.
public func messageDescriptor<Message>(
  _ initialize: (UnsafeMutablePointer<Message>?) -> Void
) -> UnsafePointer<ProtobufCMessageDescriptor> {
  withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { buffer in
    initialize(buffer.baseAddress)
    return UnsafeRawBufferPointer(buffer).loadUnaligned(as: ProtobufCMessage.self).descriptor
  }
}

/// The bytes of a message, as the C library packs it.
public func packed<Message>(_ message: UnsafeMutablePointer<Message>) -> [UInt8] {
  let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
  let size = protobuf_c_message_get_packed_size(base)
  guard size > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = protobuf_c_message_pack(base, buffer.baseAddress)
  }
}

extension ByteString {
  /// Makes a name of bytes that the C library holds.
  public init(_ data: ProtobufCBinaryData) {
    self.init(
      [UInt8](UnsafeBufferPointer(start: data.data, count: data.data == nil ? 0 : data.len)))
  }
}

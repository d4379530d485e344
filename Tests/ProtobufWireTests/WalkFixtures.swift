import ByteStorage
import CProtobufC
import CSchemas
import ProtobufWire
import Synchronization

/// A schema with real messages: ONNX's, of which raw_data and float_data are detached.
enum Fixture {
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {
    messageDescriptor(onnx__model_proto__init)
  }

  static let schema = WireSchema(
    root: descriptor, detached: ["onnx.TensorProto": ["raw_data", "float_data", "int32_data"]],
    whole: ["onnx.FunctionProto": ["attribute_proto"]], names: ["name"],
    countLimits: ["onnx.TrainingInfoProto": 3])

  /// Field numbers of ONNX that tests use.
  static let graph = 7
  static let node = 1
  static let attribute = 5
  static let initializer = 5
  static let attributeGraph = 6
  static let rawData = 9
}

/// Puts handles of eight bytes in the place of values.
struct HandleVisitor: WireVisitor {
  private(set) var fields: [DetachedField] = []

  mutating func replacement(for field: DetachedField) -> WireReplacement {
    fields.append(field)
    return WireReplacement(Self.handle(fields.count - 1, number: field.number))
  }

  static func handle(_ index: Int, number: Int) -> [UInt8] {
    [UInt8(number << 3 | 2), 8] + withUnsafeBytes(of: UInt64(index).littleEndian) { Array($0) }
  }
}

/// Puts holes of given sizes in the place of handles.
struct HoleVisitor: WireVisitor {
  let sizes: [Int]

  func replacement(for field: DetachedField) -> WireReplacement {
    var bytes: [UInt8] = []
    Varint.append(UInt64(field.number << 3 | 2), to: &bytes)
    Varint.append(UInt64(sizes[Int(field.head)]), to: &bytes)
    return WireReplacement(bytes, hole: sizes[Int(field.head)])
  }
}

/// Bytes of which it is known which were read.
final class WatchedSource: ByteSource {
  let contents: [UInt8]
  private let reads = Mutex<[Range<Int>]>([])

  init(_ contents: [UInt8]) {
    self.contents = contents
  }

  var byteCount: Int { contents.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    reads.withLock { $0.append(offset..<offset + buffer.count) }
    MemorySource(contents).read(at: offset, into: buffer)
  }

  func wasRead(in range: Range<Int>) -> Bool {
    reads.withLock { $0.contains { $0.overlaps(range) } }
  }
}

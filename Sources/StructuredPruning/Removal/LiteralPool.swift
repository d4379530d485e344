internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// The new constants that hold sizes and other numbers; equal ones are one.
struct LiteralPool {
  private struct Key: Hashable {
    let elements: SmallElements
    let shape: [Int]
    let type: ElementType
  }

  private(set) var tensors: [Tensor] = []
  private var known: [Key: ByteString] = [:]

  /// The name of a list of whole numbers.
  mutating func name(
    of numbers: [Int], _ type: ElementType, _ names: inout NewNames
  ) -> ByteString {
    name(of: .integers(numbers), shape: [numbers.count], type, &names) ?? ""
  }

  /// The name of a constant; nil for an element type that numbers are not written in.
  mutating func name(
    of elements: SmallElements, shape: [Int], _ type: ElementType, _ names: inout NewNames
  ) -> ByteString? {
    let key = Key(elements: elements, shape: shape, type: type)
    if let name = known[key] { return name }
    guard let shape = Shape(shape), let bytes = Self.bytes(of: elements, type) else { return nil }
    let name = names.name(like: "kept", "_sizes")
    known[key] = name
    tensors.append(
      Tensor(name: name, elementType: type, shape: shape, contents: MemorySource(bytes)))
    return name
  }

  /// The bytes of numbers; nil for an element type that numbers are not written in.
  static func bytes(of elements: SmallElements, _ type: ElementType) -> [UInt8]? {
    switch (elements, type) {
    case (.integers(let numbers), .int64):
      numbers.flatMap { littleEndianBytes(Int64($0)) }
    case (.integers(let numbers), .int32):
      numbers.flatMap { littleEndianBytes(Int32(clamping: $0)) }
    case (.integers(let numbers), .bool):
      numbers.map { $0 == 0 ? 0 : 1 }
    case (.reals(let numbers), .float32):
      numbers.flatMap { littleEndianBytes(Float($0).bitPattern) }
    case (.reals(let numbers), .float64):
      numbers.flatMap { littleEndianBytes($0.bitPattern) }
    case (.reals(let numbers), .float16):
      numbers.flatMap { littleEndianBytes(Float16($0).bitPattern) }
    default: nil
    }
  }

  private static func littleEndianBytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}

internal import CONNXRuntime
internal import InferenceProtocol

/// An input in the runtime's form.
final class InputValue {
  let value: OpaquePointer
  private let memory: AlignedBytes
  private let api: ort_api

  /// Throws `FailureReply` when the runtime has no such type.
  init(_ array: NamedArray, library: RuntimeLibrary) throws(FailureReply) {
    let api = library.functions
    let memory = AlignedBytes(array.contents)
    // The runtime only reads what it is given.
    let start = UnsafeMutableRawPointer(mutating: memory.start)
    value = try api.made(.run) {
      api.create_tensor(
        library.memory, start, array.contents.count, array.dimensions, array.dimensions.count,
        array.elementType, $0)
    }
    self.memory = memory
    self.api = api
  }

  deinit {
    api.release_value(value)
  }
}

/// Contents where vectors can be read: where they are, or copied.
private final class AlignedBytes {
  private static let alignment = 64

  let start: UnsafeRawPointer
  private let contents: ArrayContents
  private let copy: UnsafeMutableRawBufferPointer?

  init(_ contents: ArrayContents) {
    self.contents = contents
    if let start = contents.permanentStart, Int(bitPattern: start) % Self.alignment == 0 {
      (self.start, copy) = (start, nil)
      return
    }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(contents.count, 1), alignment: Self.alignment)
    contents.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: memory, count: contents.count).copyMemory(from: $0)
    }
    start = UnsafeRawPointer(memory)
    copy = UnsafeMutableRawBufferPointer(start: memory, count: contents.count)
  }

  deinit {
    copy?.deallocate()
  }
}

/// An output in the runtime's form.
final class OutputValue {
  private let value: OpaquePointer
  private let api: ort_api

  init(_ value: OpaquePointer, api: ort_api) {
    (self.value, self.api) = (value, api)
  }

  deinit {
    api.release_value(value)
  }

  /// The output as a message has it, over the runtime's own memory.
  ///
  /// Throws `FailureReply` for what is no tensor of numbers.
  func array(named name: String) throws(FailureReply) -> NamedArray {
    let info = try api.made(.run) { api.tensor_info_of_value(value, $0) }
    defer { api.release_tensor_info(info) }
    let shape = try TensorInfoReader(info: info, api: api).shape(.run)
    guard
      let count = NamedArray.byteCount(ofType: shape.elementType, dimensions: shape.dimensions)
    else { throw FailureReply(.run, "the output \"\(name)\" is no tensor of numbers") }
    var data: UnsafeMutableRawPointer?
    try api.check(.run, api.tensor_data(value, &data))
    let contents = ArrayContents(
      UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count), keptBy: self)
    guard contents.count == count else { throw FailureReply(.run, "\"\(name)\" has no contents") }
    return NamedArray(
      name: name, elementType: shape.elementType, dimensions: shape.dimensions, contents: contents)
  }
}

/// Reads what the runtime says of a tensor.
struct TensorInfoReader {
  let info: OpaquePointer
  let api: ort_api

  func shape(
    _ stage: FailureReply.Stage
  ) throws(FailureReply) -> (elementType: Int32, dimensions: [Int64]) {
    var elementType: Int32 = 0
    try api.check(stage, api.element_type(info, &elementType))
    var rank = 0
    try api.check(stage, api.rank(info, &rank))
    guard rank <= NamedArray.mostDimensions else {
      throw FailureReply(stage, "a tensor of \(rank) dimensions")
    }
    var dimensions = [Int64](repeating: 0, count: rank)
    try api.check(stage, api.dimensions(info, &dimensions, rank))
    return (elementType, dimensions)
  }

  /// The names of the sizes that are not fixed, empty for the others.
  func symbols(rank: Int) throws(FailureReply) -> [String] {
    var names = [UnsafePointer<CChar>?](repeating: nil, count: rank)
    try api.check(.model, api.symbolic_dimensions(info, &names, rank))
    return names.map { $0.map { String(cString: $0) } ?? "" }
  }
}

/// Reads what a session takes and gives.
struct SessionReader {
  let session: OpaquePointer
  let api: ort_api

  func description() throws(FailureReply) -> LoadedReply {
    LoadedReply(
      inputs: try values(api.input_count, api.input_name, api.input_type),
      outputs: try values(api.output_count, api.output_name, api.output_type))
  }

  private typealias CountOf =
    @convention(c) (OpaquePointer, UnsafeMutablePointer<Int>) -> OpaquePointer?
  private typealias NameOf =
    @convention(c) (
      OpaquePointer, Int, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> OpaquePointer?
  private typealias TypeOf =
    @convention(c) (OpaquePointer, Int, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?

  private func values(
    _ count: CountOf, _ name: NameOf, _ type: TypeOf
  ) throws(FailureReply) -> [ValueDescription] {
    var total = 0
    try api.check(.model, count(session, &total))
    let allocator = try api.made(.model) { api.default_allocator($0) }
    var values: [ValueDescription] = []
    for index in 0..<total {
      var text: UnsafeMutablePointer<CChar>?
      try api.check(.model, name(session, index, allocator, &text))
      defer { _ = api.allocator_free(allocator, text) }
      let typeInfo = try api.made(.model) { type(session, index, $0) }
      defer { api.release_type_info(typeInfo) }
      values.append(try value(text.map { String(cString: $0) } ?? "", typeInfo))
    }
    return values
  }

  private func value(
    _ name: String, _ type: OpaquePointer
  ) throws(FailureReply) -> ValueDescription {
    var info: OpaquePointer?
    try api.check(.model, api.tensor_info_of_type(type, &info))
    guard let info else {
      return ValueDescription(name: name, elementType: 0, dimensions: [], symbols: [])
    }
    let reader = TensorInfoReader(info: info, api: api)
    let shape = try reader.shape(.model)
    return ValueDescription(
      name: name, elementType: shape.elementType, dimensions: shape.dimensions,
      symbols: try reader.symbols(rank: shape.dimensions.count))
  }
}

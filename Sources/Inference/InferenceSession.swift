internal import InferenceProtocol
internal import ModelGraph

/// A model that is loaded in ONNX Runtime and can be run many times.
///
/// The runtime lives in a process of its own: when it crashes, hangs or wants too much memory, a run
/// throws an error that says so, and the session is of no more use. One thread uses it at a time.
public final class InferenceSession {
  /// The version of ONNX Runtime.
  public let runtimeVersion: String
  /// What the model takes, in its order.
  public let inputs: [ModelValue]
  /// What the model gives, in its order.
  public let outputs: [ModelValue]
  private let channel: RuntimeChannel
  private let options: InferenceOptions

  /// Starts the runtime and loads a model.
  ///
  /// - Parameters:
  ///   - path: an .onnx file; it is read when this returns, its external data perhaps later.
  ///   - options: how it is run, and what it may take.
  /// - Throws: `InferenceError`; of the kind `missingLibrary` when there is no runtime that can be
  ///   used.
  public convenience init(
    modelAt path: String, options: InferenceOptions = InferenceOptions()
  ) throws {
    let channel = try RuntimeChannel(options: options)
    try self.init(modelAt: path, channel, version: try channel.version(), options)
  }

  private init(
    modelAt path: String, _ channel: RuntimeChannel, version: String, _ options: InferenceOptions
  ) throws {
    (self.channel, self.options, runtimeVersion) = (channel, options, version)
    let request = LoadRequest(path: path, threads: Int32(clamping: options.threads))
    let reply = try channel.ask(request, for: LoadedReply.self, "loaded the model")
    inputs = reply.inputs.map(ModelValue.init)
    outputs = reply.outputs.map(ModelValue.init)
  }

  /// Loads another model in the same process, which is faster than a new one.
  ///
  /// This session must not be used any more.
  ///
  /// - Throws: `InferenceError`.
  public func loading(modelAt path: String) throws -> InferenceSession {
    try InferenceSession(modelAt: path, channel, version: runtimeVersion, options)
  }

  /// The outputs that are tensors of numbers, which alone can be taken.
  public var numericOutputs: [ModelValue] { outputs.filter(\.isNumeric) }

  /// Runs the model once.
  ///
  /// - Parameters:
  ///   - arrays: every input by its name.
  ///   - wanted: the names of the outputs to compute; nil for all that are tensors of numbers.
  /// - Returns: the outputs by their names.
  /// - Throws: `InferenceError.badInput` before anything runs, and what else can happen to the runtime.
  public func run(
    _ arrays: [String: NumericArray], outputs wanted: [String]? = nil
  ) throws -> [String: NumericArray] {
    let given = try inputs.map { input in try input.named(arrays[input.name]) }
    let names = wanted ?? numericOutputs.map(\.name)
    let request = RunRequest(inputs: given, outputs: names)
    let reply = try channel.ask(request, for: OutputsReply.self, "ran the model")
    guard reply.outputs.map(\.name) == names else {
      throw InferenceError.badReply(reason: "other outputs than those asked for")
    }
    var results: [String: NumericArray] = [:]
    for output in reply.outputs { results[output.name] = try NumericArray(output) }
    return results
  }
}

extension ModelValue {
  /// The array, when it fits this input.
  ///
  /// - Throws: `InferenceError.badInput` with what is expected and what is there.
  @discardableResult
  public func fitting(_ array: NumericArray?) throws(InferenceError) -> NumericArray {
    guard let array else { throw .badInput(name, expected: summary, found: "nothing") }
    guard array.elementType == elementType, fits(array.shape.dimensions) else {
      throw .badInput(name, expected: summary, found: array.summary)
    }
    return array
  }

  /// The array as a message has it, when it fits this input.
  ///
  /// Throws `InferenceError.badInput` with what is expected and what is there.
  fileprivate func named(_ array: NumericArray?) throws(InferenceError) -> NamedArray {
    let array = try fitting(array)
    return NamedArray(
      name: name, elementType: Int32(array.elementType.rawValue),
      dimensions: array.shape.dimensions.map(Int64.init), contents: array.contents[...])
  }

  /// True when every fixed size agrees; no dimensions may also mean that the rank is not known.
  private func fits(_ sizes: [Int]) -> Bool {
    if dimensions.isEmpty { return true }
    return sizes.count == dimensions.count
      && zip(sizes, dimensions).allSatisfy { size, dimension in
        if case .fixed(let fixed) = dimension { return size == fixed }
        return true
      }
  }
}

extension NumericArray {
  fileprivate init(_ array: NamedArray) throws(InferenceError) {
    guard let type = UInt8(exactly: array.elementType).flatMap(ElementType.init),
      let shape = Shape(array.dimensions.map { Int($0) }),
      let result = NumericArray(elementType: type, shape: shape, contents: array.contents.array)
    else { throw .badReply(reason: "an output of the unknown type \(array.elementType)") }
    self = result
  }
}

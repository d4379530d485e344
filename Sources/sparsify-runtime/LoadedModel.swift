internal import CONNXRuntime
internal import InferenceProtocol

/// A model that the runtime has loaded.
final class LoadedModel {
  private let library: RuntimeLibrary
  private let session: OpaquePointer
  let description: LoadedReply

  /// Loads a model.
  ///
  /// Throws `FailureReply` when the runtime refuses it.
  init(_ request: LoadRequest, library: RuntimeLibrary) throws(FailureReply) {
    let api = library.functions
    let options = try api.made(.model) { api.create_session_options($0) }
    defer { api.release_session_options(options) }
    // One thread gives the same sums in every run; the caller asks for more when speed counts.
    try api.check(.model, api.set_intra_op_threads(options, request.threads))
    try api.check(.model, api.set_inter_op_threads(options, 1))
    let session = try api.made(.model) {
      api.create_session(library.environment, request.path, options, $0)
    }
    do {
      description = try SessionReader(session: session, api: api).description()
    } catch {
      api.release_session(session)
      throw error
    }
    self.library = library
    self.session = session
  }

  deinit {
    library.functions.release_session(session)
  }

  /// Runs the model once.
  ///
  /// Throws `FailureReply` of the stage `run`.
  func run(_ request: RunRequest) throws(FailureReply) -> OutputsReply {
    let api = library.functions
    let inputs = try request.inputs.map { array throws(FailureReply) in
      try InputValue(array, library: library)
    }
    var results = [OpaquePointer?](repeating: nil, count: request.outputs.count)
    let inputNames = TextPointers(request.inputs.map(\.name))
    let outputNames = TextPointers(request.outputs)
    let values: [OpaquePointer?] = inputs.map(\.value)
    let status = api.run(
      session, nil, inputNames.pointers, values, values.count, outputNames.pointers,
      results.count, &results)
    withExtendedLifetime((inputs, inputNames, outputNames)) {}
    let given = results.map { $0.map { OutputValue($0, api: api) } }
    try api.check(.run, status)
    var outputs: [NamedArray] = []
    for (name, value) in zip(request.outputs, given) {
      guard let value else { throw FailureReply(.run, "the runtime gave no \"\(name)\"") }
      outputs.append(try value.array(named: name))
    }
    return OutputsReply(outputs: outputs)
  }
}

/// Texts as C sees them.
private final class TextPointers {
  let pointers: [UnsafePointer<CChar>?]
  private let memory: [UnsafeMutablePointer<CChar>]

  init(_ texts: [String]) {
    memory = texts.map { text in
      let bytes = text.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      for (index, byte) in bytes.enumerated() { copy[index] = byte }
      return copy
    }
    pointers = memory.map { UnsafePointer($0) }
  }

  deinit {
    memory.forEach { $0.deallocate() }
  }
}

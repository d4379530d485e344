internal import CONNXRuntime
internal import InferenceProtocol

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A loaded ONNX Runtime: its functions, and what every session shares.
struct RuntimeLibrary {
  let functions: ort_api
  let version: String
  let environment: OpaquePointer
  let memory: OpaquePointer

  /// Loads a library and keeps it.
  ///
  /// Throws `FailureReply` of the stage `library` or `version`.
  init(path: String) throws(FailureReply) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw FailureReply(.library, dlerror().map { String(cString: $0) } ?? "it cannot be loaded")
    }
    guard let symbol = dlsym(handle, "OrtGetApiBase") else {
      throw FailureReply(.library, "it is not ONNX Runtime: it has no OrtGetApiBase")
    }
    guard let base = unsafeBitCast(symbol, to: ort_get_api_base.self)() else {
      throw FailureReply(.library, "OrtGetApiBase gives nothing")
    }
    version = String(cString: base.pointee.version_text())
    guard let table = base.pointee.api(UInt32(ORT_TABLE_VERSION)) else {
      throw FailureReply(.version, version)
    }
    functions = table.pointee
    let api = functions
    environment = try api.made(.library) { api.create_env(Int32(ORT_LOG_ERRORS), "sparsify", $0) }
    // Nothing that is run here is anybody else's business.
    try api.check(.library, api.disable_telemetry(environment))
    memory = try api.made(.library) {
      api.create_cpu_memory_info(Int32(ORT_ARENA_ALLOCATOR), Int32(ORT_DEFAULT_MEMORY), $0)
    }
  }
}

extension ort_api {
  /// Turns a status into an error; null is success.
  func check(_ stage: FailureReply.Stage, _ status: OpaquePointer?) throws(FailureReply) {
    guard let status else { return }
    defer { release_status(status) }
    throw FailureReply(stage, String(cString: error_message(status)))
  }

  /// What a function makes and puts at a pointer.
  func made(
    _ stage: FailureReply.Stage,
    _ make: (UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
  ) throws(FailureReply) -> OpaquePointer {
    var result: OpaquePointer?
    try check(stage, make(&result))
    guard let result else { throw FailureReply(stage, "the runtime gave nothing") }
    return result
  }
}

internal import InferenceProtocol

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A program of its own for ONNX Runtime: what crashes, hangs or eats memory there stays there.
///
/// It is started by the command with the path of the library, answers requests on its standard
/// input, and ends with it.
@main
struct RuntimeProgram {
  static func main() {
    let channel = Channel()
    guard CommandLine.arguments.count == 2 else {
      channel.complain("usage: sparsify-runtime LIBRARY (the command sparsify starts this)")
      exit(64)
    }
    channel.endWithOtherSide()
    do {
      let library = try RuntimeLibrary(path: CommandLine.arguments[1])
      guard channel.send(ReadyReply(version: library.version, isSharing: channel.isSharing)) else {
        return
      }
      try serve(channel, library)
    } catch let failure as FailureReply {
      _ = channel.send(failure)
    } catch {
      channel.complain("sparsify-runtime: \(error)")
      exit(65)
    }
    // Without the clean-up of the runtime's own objects, which has nothing left to save.
    _exit(0)
  }

  private static func serve(_ channel: Channel, _ library: RuntimeLibrary) throws {
    var model: LoadedModel?
    while let frame = try channel.receive() {
      do {
        switch frame.kind {
        case .load:
          let loaded = try LoadedModel(LoadRequest(body: frame.body), library: library)
          guard channel.send(loaded.description) else { return }
          model = loaded
        case .run:
          guard let model else { throw FailureReply(.run, "no model is loaded") }
          let request = try RunRequest(body: frame.body, sharing: channel.requests)
          guard channel.send(try model.run(request)) else { return }
        case .ready, .loaded, .outputs, .failure:
          throw ProtocolError("a reply where a request is due")
        }
      } catch let failure as FailureReply {
        guard channel.send(failure) else { return }
      }
    }
  }
}

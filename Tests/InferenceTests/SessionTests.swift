import ByteStorage
import InferenceProtocol
import ModelGraph
import TestSupport
import Testing

@testable import Inference

/// Programs that stand where the runtime should be, and misbehave.
@Suite struct MisbehavingRuntimeTests {
  private let folder = TemporaryFolder()

  /// A session with a shell script in the runtime's place.
  private func session(
    _ script: String, replies: [[UInt8]] = [], seconds: Double = 20
  ) throws -> InferenceSession {
    for (index, reply) in replies.enumerated() { folder.write(reply, to: "reply\(index)") }
    let program = folder.write(
      Array("#!/bin/sh\ncd '\(folder.path)'\n\(script)\n".utf8), to: "runtime")
    _ = chmodExecutable(program)
    var options = InferenceOptions()
    options.location = RuntimeLocation(program: program, library: "libonnxruntime.so")
    options.secondsPerAnswer = seconds
    return try InferenceSession(modelAt: "model.onnx", options: options)
  }

  private func failure(
    _ script: String, replies: [[UInt8]] = [], seconds: Double = 20
  ) -> InferenceError? {
    do {
      _ = try session(script, replies: replies, seconds: seconds)
      return nil
    } catch {
      return error as? InferenceError
    }
  }

  private static let ready = bytes(ReadyReply(version: "9.9"))
  private static let loaded = bytes(
    LoadedReply(
      inputs: [ValueDescription(name: "x", elementType: 1, dimensions: [1], symbols: [""])],
      outputs: [ValueDescription(name: "y", elementType: 1, dimensions: [1], symbols: [""])]))

  private static func bytes(_ message: some Message) -> [UInt8] {
    Array(message.frame.joined())
  }

  @Test("A crash is told from an exit, with the last words")
  func crash() {
    #expect(
      failure("echo ouch >&2; kill -SEGV $$")
        == .crashed(doing: "was loaded", signal: 11, words: "ouch"))
    #expect(failure("exit 3") == .ended(doing: "was loaded", code: 3, words: ""))
    #expect(
      failure("cat reply0; kill -ABRT $$", replies: [Self.ready])
        == .crashed(doing: "loaded the model", signal: 6, words: ""))
    #expect(
      failure("echo 'std::bad_alloc' >&2; kill -ABRT $$")
        == .outOfMemory(doing: "was loaded", limit: InferenceOptions().memoryLimit))
  }

  @Test("A runtime that says nothing is given up")
  func hang() {
    #expect(
      failure("exec sleep 100", seconds: 0.2) == .timedOut(doing: "was loaded", seconds: 0.2))
    #expect(
      failure("cat reply0; exec sleep 100", replies: [Self.ready], seconds: 0.5)
        == .timedOut(doing: "loaded the model", seconds: 0.5))
  }

  @Test("What makes no sense is no answer")
  func lies() {
    let wrongKind = Self.bytes(OutputsReply(outputs: []))
    let short = FrameHeader(kind: .ready, length: 100).bytes
    let odd = FrameHeader(kind: .ready, length: 1).bytes + [7]
    for reply in [wrongKind, Array("hello, world, hello, world".utf8), odd] {
      guard case .badReply = failure("cat reply0; exec sleep 100", replies: [reply]) else {
        Issue.record("\(reply) was taken for an answer")
        continue
      }
    }
    #expect(
      failure("cat reply0; exit 0", replies: [short])
        == .ended(doing: "was loaded", code: 0, words: ""))
  }

  @Test("A library that is too old or none says so, and the exit code is 69")
  func library() {
    for stage in [FailureReply.Stage.library, .version] {
      let found = failure("cat reply0", replies: [Self.bytes(FailureReply(stage, "1.2"))])
      #expect(found?.kind == .missingLibrary)
      #expect(found?.recovery?.contains("Tools/setup --with-runtime") == true)
    }
  }

  @Test(
    "An answer that points outside of the memory both see makes no sense", arguments: [false, true])
  func claimedMemory(isSharing: Bool) throws {
    var outputs = MessageEncoder()
    outputs.add(UInt32(1))
    outputs.add("y")
    outputs.add(Int32(1))
    outputs.add(list: [Int64(4096)]) { $1.add($0) }
    // Of its 64 MiB the replies have half: this ends a byte behind it, or without it anywhere.
    outputs.add(UInt64(1) << 63 | 16384)
    outputs.add(UInt64(isSharing ? (1 << 25) - 16383 : 0))
    let body = Array(outputs.pieces.joined())
    let session = try session(
      "cat reply0 reply1 reply2; exec sleep 100",
      replies: [
        Self.bytes(ReadyReply(version: "9.9", isSharing: isSharing)), Self.loaded,
        FrameHeader(kind: .outputs, length: body.count).bytes + body,
      ])
    let input = try #require(NumericArray([1], dimensions: [1]))
    #expect(throws: InferenceError.badReply(reason: "contents outside of the shared memory")) {
      _ = try session.run(["x": input])
    }
  }

  @Test("An answer to another question is refused; inputs are checked before they are sent")
  func answers() throws {
    let other = NamedArray(name: "z", elementType: 1, dimensions: [1], contents: [0, 0, 0, 0])
    let session = try session(
      "cat reply0 reply1 reply2; exec sleep 100",
      replies: [Self.ready, Self.loaded, Self.bytes(OutputsReply(outputs: [other]))])
    #expect(session.runtimeVersion == "9.9")
    #expect(throws: InferenceError.badInput("x", expected: "float32 1", found: "nothing")) {
      _ = try session.run([:])
    }
    let wide = try #require(NumericArray([1, 2], dimensions: [2]))
    #expect(throws: InferenceError.badInput("x", expected: "float32 1", found: "float32 2")) {
      _ = try session.run(["x": wide])
    }
    let right = try #require(NumericArray([1], dimensions: [1]))
    #expect(throws: InferenceError.badReply(reason: "other outputs than those asked for")) {
      _ = try session.run(["x": right])
    }
  }
}

private let isRuntimeThere = (try? RuntimeLocation.found()) != nil

/// The real runtime, where there is one.
@Suite(.enabled(if: isRuntimeThere, "no ONNX Runtime was found: models are not run here"))
struct SessionTests {
  @Test("A model is loaded once and run many times")
  func runs() throws {
    let session = try InferenceSession(modelAt: SharedFiles.fixture("models/mlp.onnx"))
    #expect(session.inputs.count == 1)
    let inputs = try RandomInputs(for: session.inputs, seed: 3)
    let first = try session.run(inputs.sample(0))
    let second = try session.run(inputs.sample(1))
    #expect(first != second)
    #expect(try session.run(inputs.sample(0)) == first)
    #expect(first.count == 1)
    #expect(first.values.first?.shape.elementCount == 10)
  }

  @Test("A model that the runtime refuses gives its reason")
  func refusal() {
    let folder = TemporaryFolder()
    let path = folder.write([1, 2, 3], to: "bad.onnx")
    #expect {
      _ = try InferenceSession(modelAt: path)
    } throws: { error in
      guard case .modelRefused? = error as? InferenceError else { return false }
      return true
    }
  }
}

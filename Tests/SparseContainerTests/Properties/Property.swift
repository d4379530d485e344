internal import ByteStorage

/// A claim about every input was found to be wrong.
struct Violation: Error {
  let claim: String
}

/// Throws a `Violation` unless a claim holds.
func require(_ holds: Bool, _ claim: String) throws {
  guard holds else { throw Violation(claim: claim) }
}

/// A claim that holds for any bytes, however they were damaged.
public enum Property: String, CaseIterable, Sendable {
  /// What is read as a model comes back.
  case onnxRead = "ONNXRead"
  /// A container opens or is refused.
  case containerRead = "ContainerRead"
  /// A chunk decodes or is refused.
  case chunkDecode = "ChunkDecode"
  /// A chunk comes back.
  case chunkRoundTrip = "ChunkRoundTrip"
  /// A model loses channels and keeps its outputs.
  case channels = "Channels"

  /// Checks the claim.
  ///
  /// - Throws: whatever is no refusal of the input.
  public func check(_ input: [UInt8]) throws {
    do {
      switch self {
      case .onnxRead: try checkModelFile(input)
      case .containerRead: try checkContainer(input)
      case .chunkDecode: try checkCodedChunk(input)
      case .chunkRoundTrip: try checkChunk(input)
      case .channels: try checkChannels(input)
      }
    } catch let refusal as any DiagnosticError where refusal.kind != .internalError {
      // Most inputs are bad; that this is said is all that is claimed.
      _ = refusal.description
    }
  }
}

/// Bytes that are no message of this protocol.
public struct ProtocolError: Error, Equatable {
  /// What is wrong with them.
  public let reason: String

  /// Says what is wrong.
  public init(_ reason: String) {
    self.reason = reason
  }
}

public import ByteStorage
internal import ModelGraph

/// What a stable error code means, and what to do about it.
public struct Explanation: Hashable, Sendable {
  /// The code, such as `E-ONNX-014`.
  public let code: String
  /// The kind of failure, and so the exit code.
  public let kind: FailureKind
  /// What the code means, as a sentence.
  public let meaning: String
  /// What usually leads to it.
  public let causes: [String]
  /// What helps, in the imperative.
  public let remedies: [String]

  init(
    _ code: String, _ kind: FailureKind, _ meaning: String, causes: [String], remedies: [String]
  ) {
    self.code = code
    self.kind = kind
    self.meaning = meaning
    self.causes = causes
    self.remedies = remedies
  }
}

extension Explanation {
  /// The explanation of every code, family by family.
  ///
  /// A new family is a file beside this one and a word here.
  public static let all: [Explanation] =
    files + models + onnx + wire + containers + chunks + pruning + requests + recipes + batches
    + running + calibration

  /// The explanation of a code, in any case, with blanks around it allowed.
  ///
  /// - Throws: `ConversionError.badOption` with similar codes when there is none.
  public static func of(_ code: String) throws(ConversionError) -> Explanation {
    let wanted = code.uppercased().filter { !$0.isWhitespace }
    if let found = all.first(where: { $0.code == wanted }) { return found }
    let near = nearest(to: wanted)
    throw .badOption(
      "no error has the code \"\(ByteString(code))\"",
      hint: near.isEmpty
        ? "sparsify explain lists all codes"
        : "did you mean \(near.joined(separator: " or "))? sparsify explain lists all codes")
  }

  /// Up to three codes that differ least, if they are similar at all.
  private static func nearest(to wanted: String) -> [String] {
    let known = Set(all.map { ByteString($0.code) })
    return ByteString(wanted).nearest(in: known).map(\.text)
  }
}

extension Explanation: Encodable {
  private enum Name: String, CodingKey {
    case code
    case exitCode
    case meaning
    case causes
    case remedies
  }

  /// Writes the kind as its exit code.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Name.self)
    try object.encode(code, forKey: .code)
    try object.encode(kind.rawValue, forKey: .exitCode)
    try object.encode(meaning, forKey: .meaning)
    try object.encode(causes, forKey: .causes)
    try object.encode(remedies, forKey: .remedies)
  }
}

import ByteStorage
import TestSupport
import Testing

/// The properties that fuzzing checks, for inputs that are known.
@Suite struct CrashReplayTests {
  static let folder = "\(SharedFiles.project)/Tools/Fuzz/crashes"
  static let malformed = SharedFiles.files(in: SharedFiles.fixture("malformed"), suffix: ".onnx")

  /// What fuzzing found: files named PROPERTY-anything.
  @Test("An input that once broke a property is handled", arguments: Property.allCases)
  func crash(property: Property) throws {
    for path in SharedFiles.files(in: Self.folder, suffix: "")
    where path.hasPrefix("\(Self.folder)/\(property.rawValue)-") {
      let input = try OpenFile(path: path).bytes()
      #expect(throws: Never.self, "\(path)") { try property.check(input) }
    }
  }

  @Test("Malformed models are refused, or come back", arguments: malformed)
  func model(path: String) throws {
    try Property.onnxRead.check(OpenFile(path: path).bytes())
  }
}

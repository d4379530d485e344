import ByteStorage
import TestSupport
import Testing

/// Inputs that once broke a property, as fuzzing found them: files named PROPERTY-anything.
@Suite struct CrashReplayTests {
  static let folder = "\(SharedFiles.project)/Tools/Fuzz/crashes"

  @Test("An input that was once handled wrongly is handled", arguments: Property.allCases)
  func crash(property: Property) throws {
    for path in SharedFiles.files(in: Self.folder, suffix: "")
    where path.hasPrefix("\(Self.folder)/\(property.rawValue)-") {
      let input = try OpenFile(path: path).bytes()
      #expect(throws: Never.self, "\(path)") { try property.check(input) }
    }
  }
}

import ByteStorage
import Testing

@testable import SparsifyKit

@Suite struct ExplanationTests {
  /// What no error of the library has: the command's own.
  private static let commandCodes: Set<String> = ["E-USE-001"]

  @Test("Every code has an explanation with its exit code, and every explanation a code")
  func completeness() {
    let errors = DiagnosticCodesTests.all
    let explained = Explanation.all.map(\.code)
    #expect(Set(explained).count == explained.count)
    #expect(Set(explained) == Set(errors.map(\.code)).union(Self.commandCodes))
    for error in errors {
      let explanation = Explanation.all.first { $0.code == error.code }
      #expect(explanation?.kind == error.kind, "\(error.code)")
    }
  }

  @Test("Explanations are sentences; causes and remedies are not, and each has one at least")
  func style() {
    for explanation in Explanation.all {
      #expect(explanation.meaning.last == "." && explanation.meaning.first?.isUppercase == true)
      #expect(!explanation.causes.isEmpty && !explanation.remedies.isEmpty, "\(explanation.code)")
      for line in explanation.causes + explanation.remedies {
        #expect(line.last != "." || line.hasSuffix(" .."), "\(explanation.code): \(line)")
        #expect(line.count <= 100, "\(explanation.code): \(line)")
      }
    }
  }

  @Test("A code is found in any case; an unknown one gets the nearest")
  func lookup() throws {
    #expect(try Explanation.of("e-onnx-014").code == "E-ONNX-014")
    #expect(try Explanation.of(" E-SPM-001\n").code == "E-SPM-001")
    let error = #expect(throws: ConversionError.self) { try Explanation.of("E-ONX-014") }
    #expect(error?.kind == .usage)
    #expect(error?.recovery?.contains("E-ONNX-014") == true)
    let strange = #expect(throws: ConversionError.self) { try Explanation.of("\u{1B}[31mnothing") }
    #expect(strange?.description.contains("\u{1B}") == false)
    #expect(strange?.recovery == "sparsify explain lists all codes")
  }
}

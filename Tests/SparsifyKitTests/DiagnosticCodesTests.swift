import ByteStorage
import Calibration
import ChildProcesses
import Inference
import ModelGraph
import Pruning
import SparseCoding
import StructuredPruning
import Testing

@testable import ONNXFormat
@testable import ProtobufWire
@testable import SparseContainer
@testable import SparsifyKit

/// One of every error there is.
@Suite struct DiagnosticCodesTests {
  private static let files: [FileError] = [
    .missing("p"), .notAFile("p"), .denied("p"), .readFailed("p", reason: "r"),
    .writeFailed("p", reason: "r"), .changed("p"), .hardLink("p"), .symbolicLink("p"),
    .escapingPath("p"), .exists("p"), .sameFile("p"), .cannotCreate("p", reason: "r"),
  ]
  private static let streams: [StandardStreamError] = [
    .terminalInput, .terminalOutput, .tooLong(limit: 1), .severalFiles,
  ]
  private static let models: [ModelError] = [
    .contentsDoNotFit(tensor: "t", found: 1, needed: 2)
  ]
  private static let coding: [SparseCodingError] = [
    .unknownEncoding(9), .unknownCoder(9), .truncated(offset: 1), .trailingBytes(offset: 1),
    .badNumber(offset: 1), .badChunk(EncodingID(rawValue: 1), reason: "r"),
    .badStream(CoderID(rawValue: 1), reason: "r"), .misplacedEncoding(EncodingID(rawValue: 5)),
    .badLayout("l"), .outOfMemory(CoderID(rawValue: 1)),
  ]
  private static let pruning: [PruningError] = [
    .sparsityOutOfRange(2), .thresholdOutOfRange(-1),
    .thresholdWithoutMagnitude(criterion: "random"), .groupOutOfRange(kept: 4, group: 4),
    .blockOutOfRange(rows: 1, columns: 1), .unknownCriterion("c"),
    .malformedSelector("s", position: 0, reason: "r"), .sharesWithoutSparsity,
    .scopeWithoutSamples,
  ]
  private static let containers: [SparseContainerError] = [
    .notAContainer("d"), .truncated, .damaged("index"), .unsupportedVersion("9.9"),
    .unknownField(message: "Index", field: 63), .broken("r"),
    .badChunk(tensor: "t", chunk: 0, reason: "r"), .tooLarge("the index"), .shardAlone,
    .noFolder("s"),
  ]
  private static let kit: [ConversionError] = [
    .unknownFormat(path: "p", known: [".spm"]), .digestDiffers(""), .digestDiffers("p"),
    .overBudget(needed: 2, allowed: 1), .badOption("an option", hint: "give another"),
    .noTensor("t", near: []), .nothingQualifies(share: 0.01, drop: 0.2, allowed: 0.1),
  ]
  private static let channels: [ChannelSelectionError] = [
    .shareOutOfRange(option: "share", 2), .countOutOfRange(option: "multiple", 0),
    .unknownCriterion("c"), .targetUnreachable(goal: "parameters", target: 0.1, reachable: 0.5),
  ]
  private static let processes: [ChildProcessError] = [
    .cannotStart("p", reason: "r"), .hungUp("p"), .timedOut("p"),
  ]
  private static let batches: [BatchError] = [
    .malformedLine(path: "p", line: 2, reason: "r"), .noModels("p"),
    .sameOutput("o", first: "a", second: "b"), .unwritableName("n"),
    .otherVersion(path: "p", found: "1", running: "2"), .resultsExist("p"),
    .outputsExist("p", count: 2), .atWork("p"), .inputChanged("p"), .timedOut(seconds: 1),
    .unexplained(exitCode: 3, lastWords: "w"), .signalled(11),
  ]

  private static let graphs: [GraphDefect] = [
    .cycle(["a", "b"]), .missing("a", node: "n", nearest: []), .recursion(["f"]),
    .unequalVectors(node: "n", lengths: [1, 2]),
  ]

  private static let inference: [InferenceError] = [
    .programMissing(looked: ["p"]), .libraryMissing(named: nil), .libraryMissing(named: "p"),
    .libraryUnusable("p", reason: "r"), .libraryTooOld("p", version: "1.1"),
    .modelRefused(reason: "r"), .runFailed(reason: "r"),
    .crashed(doing: "ran the model", signal: 11, words: "w"),
    .ended(doing: "ran the model", code: 1, words: ""),
    .timedOut(doing: "ran the model", seconds: 1), .outOfMemory(doing: "ran the model", limit: 1),
    .badReply(reason: "r"), .badInput("x", expected: "float32 1", found: "nothing"),
  ]
  private static let arrays: [NumPyError] = [
    .notArrays("p"), .badArchive(reason: "r"), .badArray("a", reason: "r"),
    .unreadableType("a", type: "|O"), .noArray("a", known: []),
  ]
  private static let calibration: [CalibrationError] = [
    .noLayers(weights: 1), .notFinite("x", count: 1), .constantSamples("x"),
    .otherStatistics("r"), .badStatistics("r"),
  ]
  private static let verification: [VerificationError] = [
    .badLabels("y", found: "float32 1", samples: 1),
    .notClasses(output: "y", shape: "float32 1", samples: 1), .unequalSamples(["x 0"]),
    .brokenBatch(samples: 3, batch: 2),
    .metricFailed(command: "c", ending: "ended with the code 1"),
    .metricTimedOut(command: "c", seconds: 1), .metricWithoutNumber(command: "c"),
  ]

  static let all: [any DiagnosticError] = {
    var all: [any DiagnosticError] = files
    all += streams.map { $0 as any DiagnosticError }
    all += models.map { $0 as any DiagnosticError }
    all += graphs.map { $0 as any DiagnosticError }
    all += coding.map { $0 as any DiagnosticError }
    all += pruning.map { $0 as any DiagnosticError }
    all += containers.map { $0 as any DiagnosticError }
    all += kit.map { $0 as any DiagnosticError }
    all += channels.map { $0 as any DiagnosticError }
    all += RecipeError.Rule.allCases.map { RecipeError($0, at: nil, "a fact", hint: "a hint") }
    all += inference.map { $0 as any DiagnosticError }
    all += arrays.map { $0 as any DiagnosticError }
    all += calibration.map { $0 as any DiagnosticError }
    all += verification.map { $0 as any DiagnosticError }
    all += processes.map { $0 as any DiagnosticError }
    all += batches.map { $0 as any DiagnosticError }
    all += ONNXError.Rule.allCases.map { ONNXError($0, "what is wrong") as any DiagnosticError }
    all += WireError.Rule.allCases.map { WireError($0, at: 0, path: "graph", "what is wrong") }
    return all
  }()

  @Test("Every code names one rule")
  func uniqueCodes() {
    var owners: [String: String] = [:]
    for error in Self.all {
      // The name of the case, without its values.
      let name = Mirror(reflecting: error).children.first?.label ?? error.description
      let rule = "\(type(of: error)).\(name)"
      let isCase = !(error is ONNXError) && !(error is WireError) && !(error is RecipeError)
      if let owner = owners[error.code] {
        #expect(isCase && owner == rule, "\(error.code) is both \(owner) and \(rule)")
      }
      owners[error.code] = rule
    }
    #expect(owners.count == Self.all.count - 2, "digestDiffers and libraryMissing stand twice")
  }

  @Test("Every code has the project's form", arguments: all.map(\.code))
  func codeForm(code: String) {
    #expect(code.wholeMatch(of: /E-[A-Z]+-[0-9]{3}/) != nil)
  }

  @Test("The codes of one module are numbered without gaps, but for those that were given up")
  func numbering() {
    let retired: Set<String> = ["E-SPM-008"]
    let codes = Set(Self.all.map(\.code)).union(retired)
    for (family, members) in Dictionary(grouping: codes, by: { $0.dropLast(4) }) {
      let numbers = members.compactMap { Int($0.suffix(3)) }.sorted()
      #expect(numbers == Array(1...numbers.count), "\(family)")
    }
    #expect(retired.isDisjoint(with: Self.all.map(\.code)))
  }

  @Test("Facts and hints start in lower case and have no full stop")
  func style() {
    for error in Self.all {
      for line in [error.description, error.recovery ?? "none"] {
        #expect(line.last != "." && line.last?.isWhitespace == false, "\(error.code): \(line)")
        #expect(!line.contains("\n"), "\(error.code): \(line)")
        let start = line.drop { $0 == "\"" }
        #expect(start.first?.isUppercase == false, "\(error.code): \(line)")
      }
    }
  }

  @Test("Every failure the user can cause has a hint")
  func hints() {
    for error in Self.all where error.recovery == nil {
      #expect(error is ONNXError || error is SparseCodingError, "\(error.code)")
    }
  }
}

import ByteStorage
import Pruning
import Testing

@testable import ONNXFormat
@testable import ProtobufWire
@testable import SparseContainer
@testable import SparsifyKit

/// The code of each rule, for ever: lines are added, never changed.
@Suite struct FrozenCodesTests {
  private static let frozen = """
    E-BATCH-001 BatchError.malformedLine
    E-BATCH-002 BatchError.noModels
    E-BATCH-003 BatchError.sameOutput
    E-BATCH-004 BatchError.unwritableName
    E-BATCH-005 BatchError.otherVersion
    E-BATCH-006 BatchError.resultsExist
    E-BATCH-007 BatchError.outputsExist
    E-BATCH-008 BatchError.atWork
    E-BATCH-009 BatchError.inputChanged
    E-BATCH-010 BatchError.timedOut
    E-BATCH-011 BatchError.unexplained
    E-BATCH-012 BatchError.signalled
    E-CAL-001 CalibrationError.noLayers
    E-CAL-002 CalibrationError.notFinite
    E-CAL-003 CalibrationError.constantSamples
    E-CAL-004 CalibrationError.otherStatistics
    E-CAL-005 CalibrationError.badStatistics
    E-CHANNEL-001 ChannelSelectionError.shareOutOfRange
    E-CHANNEL-002 ChannelSelectionError.countOutOfRange
    E-CHANNEL-003 ChannelSelectionError.unknownCriterion
    E-CHANNEL-004 ChannelSelectionError.targetUnreachable
    E-CODE-001 SparseCodingError.unknownEncoding
    E-CODE-002 SparseCodingError.unknownCoder
    E-CODE-003 SparseCodingError.truncated
    E-CODE-004 SparseCodingError.trailingBytes
    E-CODE-005 SparseCodingError.badNumber
    E-CODE-006 SparseCodingError.badChunk
    E-CODE-007 SparseCodingError.badStream
    E-CODE-008 SparseCodingError.misplacedEncoding
    E-CODE-009 SparseCodingError.badLayout
    E-CODE-010 SparseCodingError.outOfMemory
    E-FILE-001 FileError.missing
    E-FILE-002 FileError.notAFile
    E-FILE-003 FileError.denied
    E-FILE-004 FileError.readFailed
    E-FILE-005 FileError.writeFailed
    E-FILE-006 FileError.changed
    E-FILE-007 FileError.hardLink
    E-FILE-008 FileError.symbolicLink
    E-FILE-009 FileError.escapingPath
    E-FILE-010 FileError.exists
    E-FILE-011 FileError.sameFile
    E-FILE-012 FileError.cannotCreate
    E-GRAPH-001 GraphDefect.cycle
    E-GRAPH-002 GraphDefect.missing
    E-GRAPH-003 GraphDefect.recursion
    E-GRAPH-004 GraphDefect.unequalVectors
    E-KIT-001 ConversionError.unknownFormat
    E-KIT-002 ConversionError.digestDiffers
    E-KIT-003 ConversionError.overBudget
    E-KIT-004 ConversionError.badOption
    E-KIT-005 ConversionError.noTensor
    E-KIT-006 ConversionError.nothingQualifies
    E-MODEL-001 ModelError.contentsDoNotFit
    E-NPY-001 NumPyError.notArrays
    E-NPY-002 NumPyError.badArchive
    E-NPY-003 NumPyError.badArray
    E-NPY-004 NumPyError.unreadableType
    E-NPY-005 NumPyError.noArray
    E-ONNX-001 ONNXError.emptyFile
    E-ONNX-002 ONNXError.foreignFormat
    E-ONNX-003 ONNXError.noGraph
    E-ONNX-004 ONNXError.formatVersion
    E-ONNX-005 ONNXError.operatorSet
    E-ONNX-006 ONNXError.shape
    E-ONNX-007 ONNXError.elementType
    E-ONNX-008 ONNXError.dataSize
    E-ONNX-009 ONNXError.dataField
    E-ONNX-010 ONNXError.dataTwice
    E-ONNX-011 ONNXError.dataValue
    E-ONNX-012 ONNXError.segment
    E-ONNX-013 ONNXError.attribute
    E-ONNX-014 ONNXError.initializerName
    E-ONNX-015 ONNXError.outputName
    E-ONNX-016 ONNXError.sparseTensor
    E-ONNX-017 ONNXError.externalPath
    E-ONNX-018 ONNXError.externalRange
    E-ONNX-019 ONNXError.externalOverlap
    E-ONNX-020 ONNXError.externalMissing
    E-ONNX-021 ONNXError.externalChecksum
    E-ONNX-022 ONNXError.template
    E-ONNX-023 ONNXError.graphUse
    E-ONNX-024 ONNXError.contents
    E-PROC-001 ChildProcessError.cannotStart
    E-PROC-002 ChildProcessError.hungUp
    E-PROC-003 ChildProcessError.timedOut
    E-PRUNE-001 PruningError.sparsityOutOfRange
    E-PRUNE-002 PruningError.thresholdOutOfRange
    E-PRUNE-003 PruningError.thresholdWithoutMagnitude
    E-PRUNE-004 PruningError.groupOutOfRange
    E-PRUNE-005 PruningError.blockOutOfRange
    E-PRUNE-006 PruningError.unknownCriterion
    E-PRUNE-007 PruningError.malformedSelector
    E-PRUNE-008 PruningError.sharesWithoutSparsity
    E-PRUNE-009 PruningError.scopeWithoutSamples
    E-RECIPE-001 RecipeError.syntax
    E-RECIPE-002 RecipeError.tooLarge
    E-RECIPE-003 RecipeError.foreignFeature
    E-RECIPE-004 RecipeError.duplicateKey
    E-RECIPE-005 RecipeError.unknownKey
    E-RECIPE-006 RecipeError.wrongType
    E-RECIPE-007 RecipeError.outOfRange
    E-RECIPE-008 RecipeError.missing
    E-RECIPE-009 RecipeError.contradiction
    E-RUN-001 InferenceError.programMissing
    E-RUN-002 InferenceError.libraryMissing
    E-RUN-003 InferenceError.libraryUnusable
    E-RUN-004 InferenceError.libraryTooOld
    E-RUN-005 InferenceError.modelRefused
    E-RUN-006 InferenceError.runFailed
    E-RUN-007 InferenceError.crashed
    E-RUN-008 InferenceError.ended
    E-RUN-009 InferenceError.timedOut
    E-RUN-010 InferenceError.outOfMemory
    E-RUN-011 InferenceError.badReply
    E-RUN-012 InferenceError.badInput
    E-SPM-001 SparseContainerError.notAContainer
    E-SPM-002 SparseContainerError.truncated
    E-SPM-003 SparseContainerError.damaged
    E-SPM-004 SparseContainerError.unsupportedVersion
    E-SPM-005 SparseContainerError.unknownField
    E-SPM-006 SparseContainerError.broken
    E-SPM-007 SparseContainerError.badChunk
    E-SPM-009 SparseContainerError.tooLarge
    E-SPM-010 SparseContainerError.shardAlone
    E-SPM-011 SparseContainerError.noFolder
    E-STD-001 StandardStreamError.terminalInput
    E-STD-002 StandardStreamError.terminalOutput
    E-STD-003 StandardStreamError.tooLong
    E-STD-004 StandardStreamError.severalFiles
    E-VER-001 VerificationError.badLabels
    E-VER-002 VerificationError.notClasses
    E-VER-003 VerificationError.unequalSamples
    E-VER-004 VerificationError.brokenBatch
    E-VER-005 VerificationError.metricFailed
    E-VER-006 VerificationError.metricTimedOut
    E-VER-007 VerificationError.metricWithoutNumber
    E-WIRE-001 WireError.truncated
    E-WIRE-002 WireError.varint
    E-WIRE-003 WireError.tag
    E-WIRE-004 WireError.wireType
    E-WIRE-005 WireError.length
    E-WIRE-006 WireError.packedLength
    E-WIRE-007 WireError.group
    E-WIRE-008 WireError.depth
    E-WIRE-009 WireError.count
    E-WIRE-010 WireError.memory
    E-WIRE-011 WireError.nameLength
    E-WIRE-012 WireError.hole
    E-WIRE-013 WireError.unpack
    """

  @Test("No rule has another code than it always had")
  func frozenCodes() {
    let found = Set(DiagnosticCodesTests.all.map { "\($0.code) \(Self.rule(of: $0))" })
    let frozen = Set(Self.frozen.split(separator: "\n").map(String.init))
    #expect(found.subtracting(frozen).isEmpty, "new rules stand in the list, too")
    #expect(frozen.subtracting(found).isEmpty, "old rules keep their codes")
  }

  /// The type and the case, without its values.
  private static func rule(of error: any DiagnosticError) -> String {
    let type = "\(type(of: error))"
    if let error = error as? ONNXError { return "\(type).\(error.rule)" }
    if let error = error as? WireError { return "\(type).\(error.rule)" }
    if let error = error as? RecipeError { return "\(type).\(error.rule)" }
    // A mirror names only cases with values.
    let containers: [(SparseContainerError, String)] = [
      (.truncated, "truncated"), (.shardAlone, "shardAlone"),
    ]
    let streams: [(StandardStreamError, String)] = [
      (.terminalInput, "terminalInput"), (.terminalOutput, "terminalOutput"),
      (.severalFiles, "severalFiles"),
    ]
    let pruning: [(PruningError, String)] = [
      (.sharesWithoutSparsity, "sharesWithoutSparsity"),
      (.scopeWithoutSamples, "scopeWithoutSamples"),
    ]
    let name =
      pruning.first { $0.0 == error as? PruningError }?.1
      ?? containers.first { $0.0 == error as? SparseContainerError }?.1
      ?? streams.first { $0.0 == error as? StandardStreamError }?.1
    return "\(type).\(name ?? Mirror(reflecting: error).children.first?.label ?? "?")"
  }
}

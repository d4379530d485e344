internal import ByteStorage
public import ChildProcesses

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Does one task in a process of its own, so that whatever happens to it happens to nothing else.
public struct BatchWorker: Sendable {
  /// The program that does a task; its streams and limits are set here.
  ///
  /// It prints one JSON object and exits with 0 when the output is there.
  public var program: @Sendable (BatchTask) -> ChildProgram
  /// How long an attempt may take, in seconds; nil for ever.
  public var timeout: Double?
  /// The most address space it may take, in bytes; nil for any.
  public var memoryLimit: Int?

  /// The descriptor of the lock of the results, which lasts while a worker lives.
  var lock: Int32?

  /// Lets some program do the tasks.
  public init(program: @escaping @Sendable (BatchTask) -> ChildProgram) {
    self.program = program
  }

  /// Lets this program do the tasks, with so many threads each.
  ///
  /// - Parameters:
  ///   - executable: the absolute path of this program.
  ///   - plan: the plan of the tasks.
  ///   - threads: how many threads a conversion may use, unless the plan says it.
  public init(executable: String, plan: BatchPlan, threads: Int) {
    let (header, folder) = (plan.header, plan.folder)
    let arguments = header.arguments.map { word in
      header.files[word] == nil ? word : RelativeLocation.join(folder, word)
    }
    let usual = arguments.contains("--threads") ? [] : ["--threads", "\(threads)"]
    // Outputs that are in the way were refused before, or are to be replaced.
    let words = ["convert"] + arguments + usual + ["--json", "--force", "--"]
    self.init { task in
      let paths = [task.input, task.output].map { RelativeLocation.join(folder, $0) }
      return ChildProgram(executable: executable, arguments: words + paths)
    }
  }

  /// The address space that goes with a budget: threads and allocators reserve far more than they use.
  public static func addressSpace(for budget: Int) -> Int {
    let (sum, isTooLarge) = budget.addingReportingOverflow(reservedBytes)
    return isTooLarge ? .max : sum
  }

  private static let reservedBytes = 4 << 30

  /// How an attempt ended.
  enum Attempt {
    case done(Report?)
    case failed(BatchFailure, FailureClass, log: String)
  }

  /// What a result keeps of the report of a conversion.
  struct Report: Decodable {
    var outputBytes: Int
    var warnings: [String]
  }

  private struct ErrorReport: Decodable {
    var error: BatchFailure
  }

  private static let mostOutput = 1 << 24
  private static let mostLog = 1 << 16

  /// Tries a task once.
  func attempt(_ task: BatchTask) -> Attempt {
    var program = program(task)
    (program.output, program.errors) = (.piped, .piped)
    program.environment[Lifeline.variable] = "\(ChildProgram.lifeline)"
    program.memoryLimit = memoryLimit
    program.heldDescriptor = lock
    let deadline = timeout.map { Deadline.after(seconds: $0) } ?? .never
    do throws(ChildProcessError) {
      let child = try ChildProcess(program)
      let (output, errors) = try child.collect(atMost: Self.mostOutput, until: deadline)
      guard let ending = child.wait(until: deadline) else {
        throw ChildProcessError.timedOut(program.executable)
      }
      return Self.attempt(ending, output: output, log: errors)
    } catch .timedOut {
      // The child is ended and waited for when nobody holds it any more: it is by now.
      return Self.failure(BatchError.timedOut(seconds: timeout ?? 0), .temporary)
    } catch {
      return Self.failure(error, FailureClass(exitCode: Int(error.kind.rawValue)))
    }
  }

  private static func attempt(_ ending: ChildEnding, output: [UInt8], log: [UInt8]) -> Attempt {
    let log = String(decoding: log.suffix(mostLog), as: UTF8.self)
    switch ending {
    case .signalled(let number):
      let kind = FailureClass(signal: Int(number))
      return failure(BatchError.signalled(Int(number)), kind, log: log)
    case .exited(0):
      return .done(try? JSONDecoder().decode(Report.self, from: Data(output)))
    case .exited(let code):
      let kind = FailureClass(exitCode: Int(code))
      if let report = try? JSONDecoder().decode(ErrorReport.self, from: Data(output)) {
        return .failed(report.error, kind, log: log)
      }
      let last = log.split(separator: "\n").last.map(String.init) ?? ""
      return failure(BatchError.unexplained(exitCode: Int(code), lastWords: last), kind, log: log)
    }
  }

  private static func failure(
    _ error: any DiagnosticError, _ kind: FailureClass, log: String = ""
  ) -> Attempt {
    var failure = BatchFailure(error)
    if case BatchError.unexplained(let code, _) = error { failure.exitCode = code }
    if case BatchError.signalled(let number) = error { failure.exitCode = 128 + number }
    return .failed(failure, kind, log: log)
  }
}

extension BatchFailure {
  /// What an error says.
  init(_ error: any DiagnosticError) {
    self.init(
      code: error.code, exitCode: Int(error.kind.rawValue), message: error.description,
      hint: error.recovery)
  }
}

internal import ByteStorage
internal import ChildProcesses

/// A user's own measure of a model: a command that gets the path of an .onnx file and prints a number.
struct UserMetric {
  private static let mostBytes = 1 << 24
  private static let shell = "/bin/sh"

  let command: String
  let seconds: Double

  /// Runs the command on a model; the last number it prints to standard output.
  ///
  /// Throws `VerificationError` and `ChildProcessError.cannotStart`.
  func value(ofModelAt path: String) throws -> Double {
    var program = ChildProgram(
      executable: Self.shell, arguments: ["-c", "\(command) \"$1\"", "sh", path])
    program.output = .piped
    program.hasOwnGroup = true
    let child = try ChildProcess(program)
    let deadline = Deadline.after(seconds: seconds)
    let output: [UInt8]
    do {
      output = try child.collect(atMost: Self.mostBytes, until: deadline).output
    } catch ChildProcessError.timedOut {
      throw VerificationError.metricTimedOut(command: command, seconds: seconds)
    }
    switch child.wait(until: deadline) {
    case .exited(0): break
    case .exited(let code):
      throw VerificationError.metricFailed(command: command, ending: "ended with the code \(code)")
    case .signalled(let signal):
      throw VerificationError.metricFailed(command: command, ending: "died of signal \(signal)")
    case nil: throw VerificationError.metricTimedOut(command: command, seconds: seconds)
    }
    guard let number = Self.lastNumber(in: String(decoding: output, as: UTF8.self)) else {
      throw VerificationError.metricWithoutNumber(command: command)
    }
    return number
  }

  /// The last word that is a finite number, without the signs that stand around it.
  static func lastNumber(in text: String) -> Double? {
    let words = text.split { $0.isWhitespace || "=:,;()[]{}%".contains($0) }
    return words.lazy.reversed().compactMap { Double($0) }.first { $0.isFinite }
  }
}

import Testing

@testable import ChildProcesses

@Suite struct ChildProcessTests {
  private func shell(_ script: String) -> ChildProgram {
    ChildProgram(executable: "/bin/sh", arguments: ["-c", script])
  }

  @Test("Exit codes and signals are told apart", arguments: [0, 1, 65, 255] as [Int32])
  func endings(code: Int32) throws {
    #expect(try ChildProcess(shell("exit \(code)")).wait() == .exited(code))
    #expect(try ChildProcess(shell("kill -SEGV $$")).wait() == .signalled(11))
  }

  @Test("A program that is not there cannot be started")
  func missing() {
    #expect(throws: ChildProcessError.self) {
      _ = try ChildProcess(ChildProgram(executable: "/no/such/program"))
    }
  }

  @Test("What goes in comes out, however long, and the end of the input ends the program")
  func echo() throws {
    var program = ChildProgram(executable: "/bin/cat")
    (program.input, program.output) = (.piped, .piped)
    let child = try ChildProcess(program)
    let sent = [UInt8]((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    var received: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<8 {
      try sent.withUnsafeBytes { try child.write($0) }
      var missing = sent.count
      while missing > 0 {
        let count = try piece.withUnsafeMutableBytes { try child.read(into: $0) }
        received += piece[..<count]
        missing -= count
      }
    }
    child.closeInput()
    #expect(child.wait() == .exited(0))
    #expect(received == (0..<8).flatMap { _ in sent })
  }

  @Test("Both streams are collected, as much as is wanted of them")
  func collected() throws {
    var program = shell("head -c 300000 /dev/zero; echo oops >&2")
    (program.output, program.errors) = (.piped, .piped)
    let child = try ChildProcess(program)
    let streams = try child.collect(atMost: 1000)
    #expect(streams.output == [UInt8](repeating: 0, count: 1000))
    #expect(streams.errors == Array("oops\n".utf8))
    #expect(child.wait() == .exited(0))
  }

  @Test("A program that hangs is given up at the deadline, and ended with its children")
  func hang() throws {
    var program = shell("sleep 100 & sleep 100")
    program.output = .piped
    program.hasOwnGroup = true
    let child = try ChildProcess(program)
    #expect(child.wait(until: .after(seconds: 0.05)) == nil)
    #expect(throws: ChildProcessError.timedOut("/bin/sh")) {
      _ = try child.collect(atMost: 10, until: .after(seconds: 0.05))
    }
    child.terminate()
    #expect(child.wait() == .signalled(9))
  }

  @Test("Writing to a program that has ended is an error, not a signal")
  func hangUp() throws {
    var program = shell("exit 0")
    program.input = .piped
    let child = try ChildProcess(program)
    _ = child.wait()
    #expect(throws: ChildProcessError.hungUp("/bin/sh")) {
      try [UInt8(1)].withUnsafeBytes { try child.write($0) }
    }
  }

  @Test("A program that leaves a child behind is not waited for longer than itself")
  func orphan() throws {
    var program = shell("sleep 5 & exit 3")
    program.output = .nothing
    #expect(try ChildProcess(program).wait(until: .after(seconds: 4)) == .exited(3))
  }

  @Test("Words and environment arrive as they were given")
  func words() throws {
    var program = shell("printf '%s|' \"$0\" \"$@\" \"$SPARSIFY_TEST\" \"$HOME\"")
    program.arguments += ["a b", "", "ü*"]
    program.environment = ["SPARSIFY_TEST": "x=y", "HOME": "elsewhere"]
    program.output = .piped
    let child = try ChildProcess(program)
    let output = try child.collect(atMost: 1000).output
    #expect(String(decoding: output, as: UTF8.self) == "a b||ü*|x=y|elsewhere|")
  }

  #if os(Linux)
    @Test("A program gets no more memory than it may take")
    func memory() throws {
      var program = shell("exec 2>&-; sleep 0.05; x=$(head -c 300000000 /dev/zero | tr '\\0' x)")
      program.memoryLimit = 100 << 20
      let ending = try ChildProcess(program).wait()
      #expect(ending != .exited(0))
    }
  #endif
}

import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct TaskPackingTests {
  @Test(
    "Every task is done once, and never more memory than there is",
    arguments: 0..<20 as Range<UInt64>)
  func packing(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let needs = (0..<200).map { _ in Int.random(in: 0...100, using: &generator) }
    var packing = TaskPacking(needs: needs, budget: 120)
    var (running, started): ([Int], [Int]) = ([], [])
    while true {
      let turn = packing.take()
      if case .start(let task) = turn {
        running.append(task)
        started.append(task)
        #expect(running.reduce(0) { $0 + needs[$1] } <= 120)
        continue
      }
      guard turn == .wait || !running.isEmpty else { break }
      #expect(!running.isEmpty, "waits for nobody")
      guard !running.isEmpty else { return }
      packing.finish(running.remove(at: Int.random(in: running.indices, using: &generator)))
    }
    #expect(started.sorted() == Array(0..<200))
  }

  @Test("A small task goes before a large one that has to wait")
  func passing() {
    var packing = TaskPacking(needs: [6, 8, 4], budget: 10)
    #expect(packing.take() == .start(0))
    #expect(packing.take() == .start(2))
    #expect(packing.take() == .wait)
    packing.finish(0)
    packing.finish(2)
    #expect(packing.take() == .start(1))
    #expect(packing.take() == .end)
  }

  @Test("Nothing is started after a stop")
  func stop() {
    var packing = TaskPacking(needs: [1, 1], budget: 10)
    #expect(packing.take() == .start(0))
    packing.stop()
    #expect(packing.take() == .end)
  }
}

@Suite struct RetryPolicyTests {
  @Test("Exit codes are classed as the table says")
  func classes() {
    let permanent = [1, 64, 65, 66, 73, 77, 78]
    let temporary = [69, 74, 75]
    for code in 1...255 {
      let expected: FailureClass =
        permanent.contains(code) ? .permanent : temporary.contains(code) ? .temporary : .crash
      #expect(FailureClass(exitCode: code) == expected, "\(code)")
    }
    for signal in 1...31 {
      let expected: FailureClass = [1, 2, 9, 15].contains(signal) ? .temporary : .crash
      #expect(FailureClass(signal: signal) == expected, "\(signal)")
    }
  }

  @Test("Pauses double up to a minute; permanent failures are final, crashes get one more try")
  func pauses() {
    let policy = RetryPolicy(retries: 10, pause: 1)
    let pauses = (1...11).map {
      policy.pause(after: Array(repeating: FailureClass.temporary, count: $0))
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, nil])
    #expect(policy.pause(after: [.permanent]) == nil)
    #expect(policy.pause(after: [.crash]) == 0)
    #expect(policy.pause(after: [.crash, .temporary]) == 1)
    #expect(policy.pause(after: [.crash, .temporary, .crash]) == nil)
    #expect(RetryPolicy(retries: 0).pause(after: [.temporary]) == nil)
  }
}

import ByteStorage
import Foundation
import SparseCoding

// codec-bench FILE WIDTH KIND LEVEL ROUNDS
//
// Codes the elements of a file chunk by chunk in memory. Prints the bytes, the coded bytes, the least
// seconds of a processor that coding and decoding took on one thread in ROUNDS rounds (or in as many more
// as a few seconds take), how much sooner two threads were done with either, and how much sooner with
// arithmetic, which shares nothing: the medians of the rounds.

let arguments = CommandLine.arguments
guard arguments.count == 6, let width = Int(arguments[2]), let rounds = Int(arguments[5]),
  let level = CompressionLevel(rawValue: arguments[4])
else {
  print("usage: codec-bench FILE WIDTH float|signed|opaque fast|balanced|small ROUNDS")
  exit(64)
}
let kinds: [String: ElementLayout.Kind] = [
  "float": .float, "signed": .signedInteger, "opaque": .opaque,
]
let layout = try ElementLayout(width: width, kind: kinds[arguments[3]] ?? .opaque)
let elements = [UInt8](try Data(contentsOf: URL(filePath: arguments[1])))
let chunkSize = ChunkCoder.maximumCount * width
let ranges = stride(from: 0, to: elements.count, by: chunkSize).map {
  $0..<min($0 + chunkSize, elements.count)
}

/// What some work took: the least seconds of processors, with which other programs do not meddle, and
/// the seconds of a clock in each round.
struct Cost {
  private(set) var processor = Double.infinity
  private var walls: [Double] = []

  /// How many times as long this took, in the median of the rounds.
  func ratio(to other: Cost) -> Double {
    let ratios = zip(walls, other.walls).map { $0 / $1 }.sorted()
    return ratios.isEmpty ? .nan : ratios[ratios.count / 2]
  }

  /// Takes down what the work takes now.
  mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    func now(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = (now(CLOCK_PROCESS_CPUTIME_ID), now(CLOCK_MONOTONIC))
    let result = try work()
    processor = min(processor, now(CLOCK_PROCESS_CPUTIME_ID) - start.0)
    walls.append(now(CLOCK_MONOTONIC) - start.1)
    return result
  }
}

/// Coding and decoding of all chunks by so many threads.
struct Measurement {
  let threads: Int
  let layout: ElementLayout
  let level: CompressionLevel
  let ranges: [Range<Int>]
  private(set) var coding = Cost()
  private(set) var decoding = Cost()
  private(set) var chunks: [[UInt8]] = []

  init(threads: Int, _ layout: ElementLayout, _ level: CompressionLevel, _ ranges: [Range<Int>]) {
    (self.threads, self.layout, self.level, self.ranges) = (threads, layout, level, ranges)
  }

  mutating func run(_ elements: [UInt8], back output: inout [UInt8]) throws {
    var (coding, decoding) = (coding, decoding)
    let chunks = try coding.measure { try coded(elements) }
    try output.withUnsafeMutableBytes { bytes in
      try decoding.measure { try decode(chunks, into: bytes) }
    }
    (self.coding, self.decoding, self.chunks) = (coding, decoding, chunks)
  }

  private func coded(_ elements: [UInt8]) throws -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    try each { index, coder in
      try elements.withUnsafeBytes {
        try coder.encode(UnsafeRawBufferPointer(rebasing: $0[ranges[index]]), layout: layout)
      }
    } take: {
      chunks.append($0)
    }
    return chunks
  }

  private func decode(_ chunks: [[UInt8]], into bytes: UnsafeMutableRawBufferPointer) throws {
    // Every chunk has its own range of it.
    nonisolated(unsafe) let target = bytes
    try each { index, coder in
      let part = UnsafeMutableRawBufferPointer(rebasing: target[ranges[index]])
      try chunks[index].withUnsafeBytes { try coder.decode($0, layout: layout, into: part) }
    } take: {
    }
  }

  private func each<Product: Sendable>(
    _ make: @Sendable (Int, ChunkCoder) throws -> Product, take: (Product) -> Void
  ) throws {
    try OrderedPipeline.run(
      sizes: ranges.map(\.count), threads: threads, isBeside: threads > 1, ahead: 1 << 24,
      workspace: { ChunkCoder(level: level) },
      produce: { index, coder in try make(index, coder) }, consume: { take($1) })
  }
}

/// As many items of arithmetic as there are chunks, in registers alone: what the machine gives a second
/// thread at all.
func computed(threads: Int) throws -> UInt32 {
  var total: UInt32 = 0
  try OrderedPipeline.run(
    count: ranges.count, threads: threads, isBeside: threads > 1, workspace: {},
    produce: { index, _ in
      var lanes = SIMD16<UInt32>(repeating: UInt32(index) | 1)
      for _ in 0..<500_000 { lanes = lanes &* 1_664_525 &+ 1_013_904_223 }
      return lanes.wrappedSum()
    },
    consume: { total &+= $1 })
  return total
}

var output = [UInt8](repeating: 0, count: elements.count)
var single = Measurement(threads: 1, layout, level, ranges)
var double = Measurement(threads: 2, layout, level, ranges)
var arithmetic = (Cost(), Cost())
let clock = ContinuousClock()
let start = clock.now
var round = 0
// The best of many rounds is what other programs did not meddle with.
while round < rounds || (round < 20 && clock.now - start < .seconds(5)) {
  round += 1
  for threads in 1...2 {
    output.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    if threads == 1 {
      try single.run(elements, back: &output)
    } else {
      try double.run(elements, back: &output)
    }
    guard output == elements else { fatalError("what came back differs") }
  }
  let sums = try (
    arithmetic.0.measure { try computed(threads: 1) },
    arithmetic.1.measure { try computed(threads: 2) }
  )
  guard sums.0 == sums.1 else { fatalError("sums differ") }
}
print(
  elements.count, single.chunks.reduce(0) { $0 + $1.count }, single.coding.processor,
  single.decoding.processor, single.coding.ratio(to: double.coding),
  single.decoding.ratio(to: double.decoding), arithmetic.0.ratio(to: arithmetic.1))

import Foundation
import SparseCoding

// codec-bench FILE WIDTH KIND LEVEL ROUNDS
//
// Codes the elements of a file chunk by chunk on one thread, in memory, and prints the bytes, the
// coded bytes, and the least seconds of a processor that coding and decoding took in ROUNDS rounds.

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
let coder = ChunkCoder(level: level)

/// Processor time: other programs of the machine do not count.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let start = now()
  try body()
  return now() - start
}

var chunks: [[UInt8]] = []
var output = [UInt8](repeating: 0, count: elements.count)
var (coding, decoding) = (Double.infinity, Double.infinity)
for _ in 0..<rounds {
  chunks = []
  coding = min(
    coding,
    try seconds {
      try elements.withUnsafeBytes { bytes in
        for range in ranges {
          chunks.append(
            try coder.encode(UnsafeRawBufferPointer(rebasing: bytes[range]), layout: layout))
        }
      }
    })
  decoding = min(
    decoding,
    try seconds {
      try output.withUnsafeMutableBytes { output in
        for (range, chunk) in zip(ranges, chunks) {
          try chunk.withUnsafeBytes {
            try coder.decode(
              $0, layout: layout, into: UnsafeMutableRawBufferPointer(rebasing: output[range]))
          }
        }
      }
    })
}
guard output == elements else { fatalError("what came back differs") }
print(elements.count, chunks.reduce(0) { $0 + $1.count }, coding, decoding)

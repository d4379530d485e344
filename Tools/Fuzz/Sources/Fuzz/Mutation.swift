import CLibFuzzer
import Properties

/// What libFuzzer calls for the next input: every other time one of its own mutations, else one that
/// keeps the lengths of protobuf messages right, so that changes deep inside are met.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  var random = Random(state: UInt64(seed))
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  guard random.below(2) == 0, let place = Chosen.property.message(in: input),
    let message = WireMessage(input[place])
  else { return LLVMFuzzerMutate(data, size, capacity) }
  let changed = message.mutated(&random, capacity: capacity)
  let output = Chosen.property.input(input, replacing: place, by: changed)
  guard output.count <= capacity else { return LLVMFuzzerMutate(data, size, capacity) }
  data.update(from: output, count: output.count)
  return output.count
}

extension Property {
  /// Where a protobuf message stands in an input.
  fileprivate func message(in input: [UInt8]) -> Range<Int>? {
    switch self {
    case .onnxRead, .channels: return 0..<input.count
    case .containerRead:
      guard input.count > 4, input[0] % 3 == 2 else { return nil }
      let length = Int(input[1]) | Int(input[2]) << 8 | Int(input[3]) << 16
      return 4..<min(4 + length, input.count)
    case .chunkDecode, .chunkRoundTrip: return nil
    }
  }

  /// The input with another message, its length set where the input has one.
  fileprivate func input(
    _ input: [UInt8], replacing place: Range<Int>, by message: [UInt8]
  ) -> [UInt8] {
    var result = input
    result.replaceSubrange(place, with: message)
    guard self == .containerRead else { return result }
    for byte in 0..<3 { result[1 + byte] = UInt8(truncatingIfNeeded: message.count >> (8 * byte)) }
    return result
  }
}

/// SplitMix64, as libFuzzer gives a seed for each mutation.
struct Random {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) >> 33) % bound
  }
}

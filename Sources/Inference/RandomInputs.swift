internal import ModelGraph

/// Inputs made from a seed, the same on every machine.
///
/// The numbers are those of SplitMix64 (Steele, Lea, Flood 2014) started at the seed. Sample after
/// sample, input after input in the model's order, element after element takes one. A float is
/// `(a + b + c + d - 131070) · √3 / 65536` of the number's four 16-bit parts, which is close to the
/// normal distribution of mean 0 and variance 1; an integer or a truth value is the number's highest
/// bit.
public struct RandomInputs: Sendable {
  private let seed: UInt64
  private let arrays: [(name: String, elementType: ElementType, shape: Shape)]
  private let elementsPerSample: Int

  /// Decides on the shapes.
  ///
  /// - Parameters:
  ///   - inputs: what the model takes.
  ///   - shapes: dimensions by the input's name; where there are none, sizes that are not fixed are 1.
  ///   - seed: what all numbers follow from.
  /// - Throws: `InferenceError.badInput` for an input of a type that no numbers are made for.
  public init(
    for inputs: [ModelValue], shapes: [String: [Int]] = [:], seed: UInt64
  ) throws(InferenceError) {
    self.seed = seed
    var arrays: [(name: String, elementType: ElementType, shape: Shape)] = []
    var total = 0
    for input in inputs {
      guard let type = input.elementType, Self.canMake(type) else {
        throw .badInput(input.name, expected: input.summary, found: "random numbers")
      }
      let dimensions = shapes[input.name] ?? input.dimensions.map(\.smallestSize)
      guard let shape = Shape(dimensions), shape.elementCount <= Self.mostElements else {
        throw .badInput(
          input.name, expected: input.summary,
          found: "so many elements: \(dimensions.map(String.init).joined(separator: "x"))")
      }
      arrays.append((input.name, type, shape))
      total += shape.elementCount
    }
    self.arrays = arrays
    elementsPerSample = total
  }

  /// The most elements of one input.
  private static let mostElements = 1 << 30

  /// The inputs of one sample by their names.
  public func sample(_ index: Int) -> [String: NumericArray] {
    var place = UInt64(index) &* UInt64(elementsPerSample)
    var result: [String: NumericArray] = [:]
    for array in arrays {
      result[array.name] = NumericArray(
        elementType: array.elementType, shape: array.shape,
        contents: contents(array.elementType, count: array.shape.elementCount, from: place))
      place += UInt64(array.shape.elementCount)
    }
    return result
  }

  private func contents(_ type: ElementType, count: Int, from place: UInt64) -> [UInt8] {
    func bytes<Word: FixedWidthInteger>(_ convert: (UInt64) -> Word) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count * MemoryLayout<Word>.size)
      for index in 0..<count {
        let word = convert(number(place &+ UInt64(index))).littleEndian
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
      }
      return bytes
    }
    switch type {
    case .float64: return bytes { Self.normal($0).bitPattern }
    case .float32: return bytes { Float(Self.normal($0)).bitPattern }
    case .float16: return bytes { Float16(Self.normal($0)).bitPattern }
    case .int64, .uint64: return bytes { $0 >> 63 }
    case .int32, .uint32: return bytes { UInt32($0 >> 63) }
    case .int16, .uint16: return bytes { UInt16($0 >> 63) }
    default: return bytes { UInt8($0 >> 63) }
    }
  }

  private static func canMake(_ type: ElementType) -> Bool {
    switch type {
    case .float64, .float32, .float16, .int64, .uint64, .int32, .uint32, .int16, .uint16, .int8,
      .uint8, .bool:
      true
    default: false
    }
  }

  /// The number at a place: SplitMix64 gives any of them without those before.
  private func number(_ place: UInt64) -> UInt64 {
    var mixed = seed &+ 0x9E37_79B9_7F4A_7C15 &* (place &+ 1)
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static let scale = 3.0.squareRoot() / 65536

  private static func normal(_ number: UInt64) -> Double {
    let sum = (number & 0xFFFF) + (number >> 16 & 0xFFFF) + (number >> 32 & 0xFFFF) + (number >> 48)
    return Double(Int(sum) - 131_070) * scale
  }
}

extension Dimension {
  /// The size, or 1 where any will do.
  fileprivate var smallestSize: Int {
    if case .fixed(let size) = self { return size }
    return 1
  }
}

internal import ByteStorage
internal import ModelGraph

/// The magnitude of a weight, of a quantised one that of the number it stands for (Han et al.
///
/// 2015).
///
/// Numbers of 64 bits are compared as `Float`.
public struct MagnitudeCriterion: SaliencyCriterion {
  /// The word for it.
  public let name = "magnitude"
  /// One line for the help text.
  public let summary = "the smallest absolute values go first"
  /// Nothing is random.
  public let usesSeed = false

  /// Makes the criterion.
  public init() {}

  /// Writes the bits of each magnitude as a `Float`.
  public func scores(of chunk: WeightChunk, into keys: UnsafeMutablePointer<UInt32>) {
    guard chunk.elementType.isFloat else {
      return IntegerElements.writeKeys(of: chunk, into: keys)
    }
    FloatKeys.write(chunk.bytes, chunk.elementType, count: chunk.count, into: keys)
    if let quantization = chunk.quantization {
      Self.scale(keys, of: chunk, by: quantization)
    }
  }

  /// The magnitude.
  public func number(of key: UInt32) -> Double { Double(Float(bitPattern: key)) }

  /// The bits of the least `Float` that is not below the threshold.
  public func key(ofThreshold threshold: Double) -> UInt32? {
    let rounded = Float(threshold)
    return (Double(rounded) < threshold ? rounded.nextUp : rounded).bitPattern
  }

  private static func scale(
    _ keys: UnsafeMutablePointer<UInt32>, of chunk: WeightChunk, by values: QuantizationValues
  ) {
    for index in 0..<chunk.count where keys[index] != 0 && keys[index] != SaliencyKey.notANumber {
      let scale = Double(values.scales[values.place(of: chunk.start + index)])
      let scaled = Float(Double(Float(bitPattern: keys[index])) * scale)
      keys[index] = max(scaled.bitPattern, 1)
    }
  }

  /// The keys of a whole small floating-point tensor.
  static func keys(of tensor: Tensor) throws -> [UInt32] {
    let count = tensor.shape.elementCount
    let bytes = try tensor.contents.bytes()
    return [UInt32](unsafeUninitializedCapacity: count) { keys, initialized in
      bytes.withUnsafeBytes { bytes in
        guard let target = keys.baseAddress else { return }
        FloatKeys.write(bytes, tensor.elementType, count: count, into: target)
      }
      initialized = count
    }
  }
}

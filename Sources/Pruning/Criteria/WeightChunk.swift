public import ModelGraph

/// Some elements of one weight that follow one another in storage.
public struct WeightChunk {
  /// The packed elements, little-endian.
  public let bytes: UnsafeRawBufferPointer
  /// What an element is.
  public let elementType: ElementType
  /// The tensor they belong to.
  public let tensor: TensorID
  /// The index of the first element in the tensor; where elements are smaller than a byte, it is a
  /// multiple of 8, so that they begin at a byte.
  public let start: Int
  /// How many elements there are.
  public let count: Int
  /// What integers, or scaled floating-point numbers, stand for.
  public let quantization: QuantizationValues?
  /// The seed of what is random.
  public let seed: UInt64

  /// Makes a chunk; `bytes` must hold `count` packed elements.
  public init(
    bytes: UnsafeRawBufferPointer, elementType: ElementType, tensor: TensorID, start: Int,
    count: Int, quantization: QuantizationValues? = nil, seed: UInt64 = 0
  ) {
    self.bytes = bytes
    self.elementType = elementType
    self.tensor = tensor
    self.start = start
    self.count = count
    self.quantization = quantization
    self.seed = seed
  }
}

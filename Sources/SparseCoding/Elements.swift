/// Some elements in memory.
struct Elements {
  let bytes: UnsafeRawBufferPointer
  let layout: ElementLayout

  /// How many there are.
  var count: Int { bytes.count / layout.width }

  init(_ bytes: UnsafeRawBufferPointer, _ layout: ElementLayout) {
    self.bytes = bytes
    self.layout = layout
  }

  /// Some of them.
  subscript(places: Range<Int>) -> Elements {
    Elements(
      UnsafeRawBufferPointer(
        rebasing: bytes[places.lowerBound * layout.width..<places.upperBound * layout.width]),
      layout)
  }

  init(_ bytes: UnsafeMutableRawBufferPointer, _ layout: ElementLayout) {
    self.init(UnsafeRawBufferPointer(bytes), layout)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Sets every byte to zero.
  func zeroFill() {
    _ = initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// The first `count` bytes.
  func first(_ count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: self[..<count])
  }

  /// The bytes from one on.
  func from(_ first: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: self[first...])
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes from one on.
  func from(_ first: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[first...])
  }
}

extension ElementWord {
  /// Rotates each element left and writes its byte number k to plane k; planes follow each other.
  static func split(
    _ source: UnsafeRawBufferPointer, rotation: Int, planes: UnsafeMutableRawPointer
  ) {
    guard let base = source.baseAddress else { return }
    let count = source.count / width
    let left = Self(truncatingIfNeeded: rotation)
    let right = Self(truncatingIfNeeded: bitWidth - rotation) % Self(truncatingIfNeeded: bitWidth)
    for index in 0..<count {
      let element = load(base, index)
      let value = (element &<< left) | (element &>> right)
      for plane in 0..<width {
        let byte = UInt8(truncatingIfNeeded: value &>> Self(truncatingIfNeeded: plane &* 8))
        planes.storeBytes(of: byte, toByteOffset: plane &* count &+ index, as: UInt8.self)
      }
    }
  }

  /// The way back from `split`.
  static func merge(
    _ planes: UnsafeRawPointer, count: Int, rotation: Int,
    into output: UnsafeMutableRawBufferPointer
  ) {
    guard let base = output.baseAddress else { return }
    let right = Self(truncatingIfNeeded: rotation)
    let left = Self(truncatingIfNeeded: bitWidth - rotation) % Self(truncatingIfNeeded: bitWidth)
    for index in 0..<count {
      var value: Self = 0
      for plane in 0..<width {
        let byte = planes.load(fromByteOffset: plane &* count &+ index, as: UInt8.self)
        value |= Self(truncatingIfNeeded: byte) &<< Self(truncatingIfNeeded: plane &* 8)
      }
      store((value &>> right) | (value &<< left), base, index)
    }
  }
}

/// The scales by which floats are whole numbers of one byte, where they are: weights that were
/// quantised and brought back.
///
/// Found by trial with a few elements, and checked with all: each is the float next to scale times
/// number.
struct ScaleFit {
  /// The scale of each class.
  let scales: [Float]

  /// Fits all classes and writes the numbers; nil when an element is no such product.
  init?(
    _ floats: FloatElements, _ classes: ScaleClasses, into numbers: UnsafeMutableRawBufferPointer
  ) {
    var scales: [Float] = []
    for index in 0..<classes.count {
      guard let scale = Self.scale(of: Self.some(of: index, floats, classes)) else { return nil }
      scales.append(scale)
    }
    let isExact = classes.forEachRun(of: floats.count) { index, places in
      for place in places {
        guard let number = Self.number(floats[place], scales[index]) else { return false }
        numbers[place] = UInt8(bitPattern: number)
      }
      return true
    }
    guard isExact else { return nil }
    self.scales = scales
  }

  /// True when the first, the middle and the last class have scales: almost none of other floats do.
  static func isLikely(_ floats: FloatElements, _ classes: ScaleClasses) -> Bool {
    (0..<3).allSatisfy { part in
      scale(of: some(of: (classes.count - 1) * part / 2, floats, classes)) != nil
    }
  }

  /// The most elements that a scale is found by.
  private static let enough = 64
  /// The largest number of one byte.
  private static let mostSteps = 128
  /// How far from a whole number an element may seem, as divisions are rounded.
  private static let tolerance: Float = 1e-4

  /// The first elements of a class that are not zero.
  private static func some(
    of index: Int, _ floats: FloatElements, _ classes: ScaleClasses
  ) -> [Float] {
    var found: [Float] = []
    _ = classes.forEachElement(of: index, among: floats.count) { place in
      if floats[place] != 0 { found.append(floats[place]) }
      return found.count < enough
    }
    return found
  }

  /// What elements are multiples of: the largest divided by the number that it is.
  private static func scale(of elements: [Float]) -> Float? {
    guard elements.allSatisfy(\.isFinite) else { return nil }
    guard let largest = elements.lazy.map(\.magnitude).max() else { return 0 }
    for steps in 1...mostSteps {
      let inverse = Float(steps) / largest
      let areWhole = elements.allSatisfy { element in
        let number = element * inverse
        return (number - number.rounded()).magnitude < tolerance
      }
      if areWhole, let scale = exact(near: largest / Float(steps), elements) { return scale }
    }
    return nil
  }

  /// The float, or one of its neighbours, of which the elements are multiples.
  private static func exact(near scale: Float, _ elements: [Float]) -> Float? {
    [scale, scale.nextUp, scale.nextDown].first { scale in
      elements.allSatisfy { number($0, scale) != nil }
    }
  }

  /// The whole number that an element is of a scale; nil when it is none.
  private static func number(_ element: Float, _ scale: Float) -> Int8? {
    let quotient = scale == 0 ? 0 : (element / scale).rounded()
    guard let number = Int8(exactly: quotient),
      (Float(number) * scale).bitPattern == element.bitPattern
    else { return nil }
    return number
  }
}

/// Floats in memory, at any address.
struct FloatElements {
  private let base: UnsafeRawPointer
  let count: Int

  init?(_ elements: Elements) {
    guard let base = elements.bytes.baseAddress else { return nil }
    (self.base, count) = (base, elements.count)
  }

  subscript(place: Int) -> Float { Float(bitPattern: UInt32.load(base, place)) }
}

/// How the elements of a tensor are summed for each position of some of its axes.
///
/// One pass serves all axes: elements are taken in rows, which span the innermost axis of interest;
/// outer axes get the sums of whole rows.
struct AxisReduction: Sendable {
  struct Axis: Hashable, Sendable {
    let length: Int
    /// How many elements lie from one position to the next.
    let stride: Int
    /// Where its positions begin in the list of sums.
    let offset: Int
  }

  /// The axes of interest, outermost first.
  let axes: [Axis]
  /// How many sums there are.
  let count: Int

  /// Makes a reduction of a tensor without a dimension of 0 to some of its axes, in rising order.
  init(_ shape: [Int], to interest: [Int]) {
    var axes: [Axis] = []
    var offset = 0
    for axis in interest {
      let stride = shape[(axis + 1)...].reduce(1, *)
      axes.append(Axis(length: shape[axis], stride: stride, offset: offset))
      offset += shape[axis]
    }
    self.axes = axes
    count = offset
  }

  /// Adds elements, the first of which is the tensor's `start`-th, to the sums.
  func add(
    _ values: UnsafeBufferPointer<Float>, from start: Int, to sums: inout PositionSums
  ) {
    guard let inner = axes.last, let values = values.baseAddress.map({ ($0, values.count) }) else {
      return
    }
    sums.withTargets { target in
      let rowLength = inner.length * inner.stride
      let end = start + values.1
      var element = start
      while element < end {
        let row = element / rowLength
        let rowEnd = min(end, (row + 1) * rowLength)
        let total = Self.addRow(
          values.0 + (element - start), count: rowEnd - element, from: element - row * rowLength,
          stride: inner.stride, to: target.advanced(by: inner.offset))
        for axis in axes.dropLast() {
          target.advanced(by: axis.offset).add(total, at: element / axis.stride % axis.length)
        }
        element = rowEnd
      }
    }
  }

  /// Adds a part of a row to the sums of its axis; returns what all of it adds up to.
  @inline(__always)
  private static func addRow(
    _ values: UnsafePointer<Float>, count: Int, from start: Int, stride: Int, to target: SumTarget
  ) -> ElementSums {
    guard stride > 1 else {
      return addSingles(values, count: count, to: target.advanced(by: start))
    }
    var total = ElementSums()
    var position = start / stride
    var length = min(count, (position + 1) * stride - start)
    var done = 0
    while done < count {
      let sums = Self.sums(values + done, count: length)
      target.add(sums, at: position)
      total.add(sums)
      done += length
      position += 1
      length = min(stride, count - done)
    }
    return total
  }

  /// Four independent sums each, so that an addition need not wait for the one before.
  @inline(__always)
  private static func sums(_ values: UnsafePointer<Float>, count: Int) -> ElementSums {
    var (a, b, c, d) = (ElementSums(), ElementSums(), ElementSums(), ElementSums())
    var index = 0
    while index + 4 <= count {
      a.add(Double(values[index].magnitude))
      b.add(Double(values[index + 1].magnitude))
      c.add(Double(values[index + 2].magnitude))
      d.add(Double(values[index + 3].magnitude))
      index += 4
    }
    while index < count {
      a.add(Double(values[index].magnitude))
      index += 1
    }
    a.add(b)
    c.add(d)
    a.add(c)
    return a
  }

  /// Adds each element at a position of its own.
  @inline(__always)
  private static func addSingles(
    _ values: UnsafePointer<Float>, count: Int, to target: SumTarget
  ) -> ElementSums {
    for index in 0..<count {
      let value = Double(values[index].magnitude)
      target.magnitudes[index] += value
      target.squares[index] += value * value
    }
    return sums(values, count: count)
  }
}

/// What elements add up to.
struct ElementSums {
  var magnitude = 0.0
  var square = 0.0

  @inline(__always)
  mutating func add(_ value: Double) {
    magnitude += value
    square += value * value
  }

  @inline(__always)
  mutating func add(_ other: ElementSums) {
    magnitude += other.magnitude
    square += other.square
  }
}

/// Where sums are written.
struct SumTarget {
  let magnitudes: UnsafeMutablePointer<Double>
  let squares: UnsafeMutablePointer<Double>

  @inline(__always)
  func advanced(by count: Int) -> SumTarget {
    SumTarget(magnitudes: magnitudes + count, squares: squares + count)
  }

  @inline(__always)
  func add(_ sums: ElementSums, at position: Int) {
    magnitudes[position] += sums.magnitude
    squares[position] += sums.square
  }
}

/// The sums of |w| and of w² for each position of an axis, or of several one after the other.
struct PositionSums: Sendable {
  private(set) var magnitudes: [Double]
  private(set) var squares: [Double]

  init(count: Int) {
    magnitudes = Array(repeating: 0, count: count)
    squares = magnitudes
  }

  private init(magnitudes: [Double], squares: [Double]) {
    self.magnitudes = magnitudes
    self.squares = squares
  }

  mutating func add(_ other: PositionSums) {
    for index in magnitudes.indices {
      magnitudes[index] += other.magnitudes[index]
      squares[index] += other.squares[index]
    }
  }

  /// The sums of one axis.
  func part(_ axis: AxisReduction.Axis) -> PositionSums {
    let range = axis.offset..<axis.offset + axis.length
    return PositionSums(magnitudes: Array(magnitudes[range]), squares: Array(squares[range]))
  }

  mutating func withTargets(_ body: (SumTarget) -> Void) {
    magnitudes.withUnsafeMutableBufferPointer { magnitudes in
      squares.withUnsafeMutableBufferPointer { squares in
        guard let first = magnitudes.baseAddress, let second = squares.baseAddress else { return }
        body(SumTarget(magnitudes: first, squares: second))
      }
    }
  }
}

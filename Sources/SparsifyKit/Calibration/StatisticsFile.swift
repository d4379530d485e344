internal import ByteStorage
internal import Calibration
internal import Inference
internal import ModelGraph

/// Statistics as a file of arrays, which NumPy reads, too.
///
/// `spmstats` is the version, `samples` the number of samples; layer k has `k/tensor`, the name of its
/// weights in UTF-8, `k/rows`, its outputs in each group, and for each group `k/count`, the windows or
/// vectors, `k/sums` over them, and `k/products`, the sums of products of two inputs, the lower triangle
/// row by row.
enum StatisticsFile {
  private static let mark = "spmstats"
  private static let version = 1

  /// True for a file of statistics, false for one of samples.
  static func isOne(_ file: ArrayFile) -> Bool { file.names.contains(mark) }

  /// Writes statistics.
  ///
  /// Throws what appending throws.
  static func write(
    _ statistics: CalibrationStatistics, _ append: @escaping ([UInt8]) throws -> Void
  ) throws {
    var writer = ArrayArchiveWriter(append)
    func add(_ name: String, _ type: ElementType, _ dimensions: [Int], _ bytes: [UInt8]) throws {
      guard let shape = Shape(dimensions),
        let array = NumericArray(elementType: type, shape: shape, contents: bytes)
      else { throw CalibrationError.badStatistics("\(name) has too many elements") }
      try writer.add(array, named: name)
    }
    func add(_ name: String, _ numbers: [Int], _ dimensions: [Int]) throws {
      try add(name, .int64, dimensions, numbers.flatMap(Self.bytes))
    }
    try add(mark, [version], [])
    try add("samples", [statistics.sampleCount], [])
    for (index, layer) in statistics.layers.enumerated() {
      let (name, groups) = (Array(layer.tensor.utf8), layer.groups)
      try add("\(index)/tensor", .uint8, [name.count], name)
      try add("\(index)/rows", [layer.rows], [])
      try add("\(index)/count", groups.map(\.count), [groups.count])
      let inputs = groups.first?.sums.count ?? 0
      try add(
        "\(index)/sums", .float64, [groups.count, inputs],
        NumericArray.packed(groups.flatMap(\.sums), .float64))
      try add(
        "\(index)/products", .float64,
        [groups.count, CalibrationStatistics.Group.pairs(of: inputs)],
        NumericArray.packed(groups.flatMap(\.products), .float64))
    }
    try writer.finish()
  }

  /// Reads statistics.
  ///
  /// Throws `NumPyError`, and `CalibrationError.badStatistics` for arrays that do not fit each other.
  static func read(_ file: ArrayFile) throws -> CalibrationStatistics {
    guard try number(mark, file) == version else {
      throw CalibrationError.badStatistics("they are of a version that is not known")
    }
    let count = file.names.count { $0.hasSuffix("/tensor") }
    return CalibrationStatistics(
      sampleCount: try number("samples", file),
      layers: try (0..<count).map { try layer($0, file) })
  }

  private static func layer(
    _ index: Int, _ file: ArrayFile
  ) throws -> CalibrationStatistics.Layer {
    let name = try file.array(named: "\(index)/tensor").contents
    let counts = try numbers("\(index)/count", file)
    let sums = try floats("\(index)/sums", rows: counts.count, file)
    let products = try floats("\(index)/products", rows: counts.count, file)
    let groups = try counts.indices.map { group in
      guard
        let sums = CalibrationStatistics.Group(
          count: counts[group], sums: sums[group], products: products[group])
      else { throw CalibrationError.badStatistics("the arrays of layer \(index) do not fit") }
      return sums
    }
    return CalibrationStatistics.Layer(
      tensor: String(decoding: name, as: UTF8.self), rows: try number("\(index)/rows", file),
      groups: groups)
  }

  private static func number(_ name: String, _ file: ArrayFile) throws -> Int {
    let numbers = try numbers(name, file)
    guard let number = numbers.first, numbers.count == 1 else {
      throw CalibrationError.badStatistics("\(name) is not one number")
    }
    return number
  }

  /// Numbers that count something.
  private static func numbers(_ name: String, _ file: ArrayFile) throws -> [Int] {
    guard let numbers = try file.array(named: name).integers(),
      numbers.allSatisfy({ 0...Self.most ~= $0 })
    else { throw CalibrationError.badStatistics("\(name) does not count anything") }
    return numbers
  }

  /// The rows of a matrix of finite numbers.
  private static func floats(
    _ name: String, rows: Int, _ file: ArrayFile
  ) throws -> [[Double]] {
    let array = try file.array(named: name)
    let sizes = array.shape.dimensions
    guard array.elementType == .float64, sizes.count == 2, sizes[0] == rows,
      let values = array.doubles(), values.allSatisfy(\.isFinite)
    else { throw CalibrationError.badStatistics("\(name) is no matrix of \(rows) finite rows") }
    return (0..<rows).map { Array(values[$0 * sizes[1]..<($0 + 1) * sizes[1]]) }
  }

  private static func bytes(of number: Int) -> [UInt8] {
    withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
  }

  /// Sums of counts stay numbers.
  private static let most = 1 << 48
}

public import ByteStorage
internal import ModelGraph

/// Matrix products, batched with broadcasting.
struct MatrixProductRule: ShapeRule {
  var operators: [String] {
    ["MatMul", "MatMulInteger", "QLinearMatMul", "com.microsoft.FusedMatMul"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let isQuantized = call.node.operatorType == "QLinearMatMul"
    var left = try call.shape(0, minimumRank: 1)
    var right = try call.shape(isQuantized ? 3 : 1, minimumRank: 1)
    if call.node.integer("transA") != 0, left.count > 1 {
      left.swapAt(left.count - 1, left.count - 2)
    }
    if call.node.integer("transB") != 0, right.count > 1 {
      right.swapAt(right.count - 1, right.count - 2)
    }
    let isRow = left.count == 1
    let isColumn = right.count == 1
    if isRow { left.insert(1, at: 0) }
    if isColumn { right.append(1) }
    guard left[left.count - 1] == right[right.count - 2] else {
      throw .contradiction("matrices of \(left) and \(right) cannot be multiplied")
    }
    var shape = try Broadcasting.shape(of: [Array(left.dropLast(2)), Array(right.dropLast(2))])
    if !isRow { shape.append(left[left.count - 2]) }
    if !isColumn { shape.append(right[right.count - 1]) }
    let type: ElementType? =
      switch call.node.operatorType {
      case "MatMulInteger": .int32
      case "QLinearMatMul": call.optional(7)?.elementType
      default: call.optional(0)?.elementType
      }
    return try call.output(shape, type)
  }
}

/// Gemm: a matrix product of two matrices, and a summand.
struct GemmRule: ShapeRule {
  var operators: [String] { ["Gemm"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let left = try call.shape(0, minimumRank: 2)
    let right = try call.shape(1, minimumRank: 2)
    let (transposesA, transposesB) = (
      call.node.integer("transA") != 0, call.node.integer("transB") != 0
    )
    guard left.count == 2, right.count == 2,
      left[transposesA ? 0 : 1] == right[transposesB ? 1 : 0]
    else { throw .contradiction("matrices of \(left) and \(right) cannot be multiplied") }
    let shape = [left[transposesA ? 1 : 0], right[transposesB ? 0 : 1]]
    if let summand = call.optional(2) {
      guard try Broadcasting.shape(of: [shape, summand.shape]) == shape else {
        throw .contradiction("a summand of \(summand.shape) does not fit \(shape)")
      }
    }
    return try call.output(shape, call.optional(0)?.elementType)
  }
}

/// The axes of an Einsum, by letter.
public struct EinsumEquation: Sendable {
  /// The letters of each operand; dots stand for the axes without a letter.
  public let operands: [[UInt8]]
  /// The letters of the result.
  public let result: [UInt8]

  /// Reads an equation; nil when it is none.
  ///
  /// - Parameters:
  ///   - text: such as `bij,bjk->bik`.
  ///   - ranks: how many axes each operand has.
  public init?(_ text: ByteString, ranks: [Int]) {
    let characters = text.bytes.filter { $0 != UInt8(ascii: " ") }
    let sides = characters.split(separator: UInt8(ascii: ">"), omittingEmptySubsequences: false)
    guard let terms = sides.first, sides.count <= 2 else { return nil }
    let operands = terms.filter { $0 != UInt8(ascii: "-") }
      .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard operands.count == ranks.count else { return nil }
    var expanded: [[UInt8]] = []
    var hidden = 0
    for (operand, rank) in zip(operands, ranks) {
      let letters = operand.filter { $0 != UInt8(ascii: ".") }
      guard letters.count <= rank else { return nil }
      hidden = max(hidden, rank - letters.count)
      guard hidden < 8 else { return nil }
      expanded.append(Self.expanded(Array(operand), rank - letters.count))
      guard expanded[expanded.count - 1].count == rank else { return nil }
    }
    self.operands = expanded
    if sides.count == 2 {
      result = Self.expanded(Array(sides[1]), hidden)
    } else {
      var counts: [UInt8: Int] = [:]
      for letter in expanded.joined() { counts[letter, default: 0] += 1 }
      let dots = counts.keys.filter { $0 < 8 }.sorted()
      result = dots + counts.keys.filter { counts[$0] == 1 && $0 >= 8 }.sorted()
    }
  }

  /// Axes under the dots are numbered from the last one, so that they meet when aligned there.
  private static func expanded(_ term: [UInt8], _ hidden: Int) -> [UInt8] {
    guard let dots = term.firstIndex(of: UInt8(ascii: ".")) else { return term }
    let letters = term.filter { $0 != UInt8(ascii: ".") }
    return Array(letters[..<dots]) + (0..<hidden).reversed().map { UInt8($0) }
      + Array(letters[dots...])
  }
}

/// Sums of products over named axes.
struct EinsumRule: ShapeRule {
  var operators: [String] { ["Einsum"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    var shapes: [[Int]] = []
    for index in call.node.inputs.indices { shapes.append(try call.shape(index)) }
    guard let text = call.text("equation"),
      let equation = EinsumEquation(text, ranks: shapes.map(\.count))
    else { throw .contradiction("the equation does not fit the operands") }
    var sizes: [UInt8: Int] = [:]
    for (letters, shape) in zip(equation.operands, shapes) {
      for (letter, size) in zip(letters, shape) {
        guard sizes[letter, default: 1] == 1 || size == 1 || sizes[letter] == size else {
          throw .contradiction("an axis of the equation has two sizes")
        }
        sizes[letter] = max(size, sizes[letter] ?? 1)
      }
    }
    var shape: [Int] = []
    for letter in equation.result {
      guard let size = sizes[letter] else {
        throw .contradiction("the equation's result has an axis of its own")
      }
      shape.append(size)
    }
    return try call.output(shape, call.optional(0)?.elementType)
  }
}

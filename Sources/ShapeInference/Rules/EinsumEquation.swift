public import ByteStorage
internal import ModelGraph

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

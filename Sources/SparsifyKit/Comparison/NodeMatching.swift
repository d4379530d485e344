internal import ByteStorage
internal import ModelGraph

/// Which nodes of two graphs are the same: those that make the same value, then those of the same name.
struct NodeMatching {
  /// The indices of nodes that are the same, in the order of the first graph.
  let pairs: [(first: Int, second: Int)]

  init(_ first: [Node], _ second: [Node]) {
    var partners: [Int?] = Array(repeating: nil, count: first.count)
    var isTaken = Array(repeating: false, count: second.count)
    for key in [Self.output, { $0.name }] {
      let places = Self.unique(second, by: key, except: isTaken)
      let own = Self.unique(first, by: key, except: partners.map { $0 != nil })
      for (name, index) in own {
        guard let place = places[name] else { continue }
        partners[index] = place
        isTaken[place] = true
      }
    }
    pairs = partners.enumerated().compactMap { index, partner in partner.map { (index, $0) } }
  }

  private static func output(_ node: Node) -> ByteString {
    node.outputs.first { !$0.isEmpty } ?? ByteString()
  }

  /// The nodes that alone have a key.
  private static func unique(
    _ nodes: [Node], by key: (Node) -> ByteString, except isTaken: [Bool]
  ) -> [ByteString: Int] {
    var places: [ByteString: Int?] = [:]
    for (index, node) in nodes.enumerated() where !isTaken[index] {
      let name = key(node)
      guard !name.isEmpty else { continue }
      places[name] = places[name] == nil ? .some(index) : .some(nil)
    }
    return places.compactMapValues(\.self)
  }
}

public import ByteStorage

extension Model {
  /// The nodes of the main graph in an order in which every value is made before it is read.
  ///
  /// Nodes that are in such an order already stay in it. Bodies read the values around them.
  ///
  /// - Throws: `GraphDefect` for loops and for values that nothing makes.
  public func executionOrder() throws(GraphDefect) -> [Int] {
    try checkFunctions()
    let nodes = self[.main].nodes
    var makers: [ByteString: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { makers[name] = index }
    }
    var readers: [[Int]] = Array(repeating: [], count: nodes.count)
    var open = Array(repeating: 0, count: nodes.count)
    let given = givenNames
    for index in nodes.indices {
      for name in Set(nodes[index].inputs) where !name.isEmpty {
        if let maker = makers[name] {
          readers[maker].append(index)
          open[index] += 1
        } else if !given.contains(name) {
          throw missing(name, readBy: nodes[index], among: given.union(makers.keys))
        }
      }
      for name in Set(namesRead(inBodiesOf: nodes[index])) {
        guard let maker = makers[name], maker != index else { continue }
        readers[maker].append(index)
        open[index] += 1
      }
    }
    return try ordered(readers, open)
  }

  /// Kahn's algorithm; among nodes that are ready, the first of the file goes first.
  private func ordered(_ readers: [[Int]], _ open: [Int]) throws(GraphDefect) -> [Int] {
    var open = open
    if readers.enumerated().allSatisfy({ maker, readers in readers.allSatisfy { $0 > maker } }) {
      return Array(open.indices)
    }
    var order: [Int] = []
    var ready = open.indices.filter { open[$0] == 0 }
    var next = 0
    while next < ready.count {
      let index = ready[next]
      next += 1
      order.append(index)
      for reader in readers[index] {
        open[reader] -= 1
        if open[reader] == 0 { ready.append(reader) }
      }
    }
    guard order.count == open.count else { throw cycle(readers, open) }
    return order
  }

  /// Goes back from a node that never got ready until a node is met twice.
  private func cycle(_ readers: [[Int]], _ open: [Int]) -> GraphDefect {
    var makers: [Int: Int] = [:]
    for (maker, readers) in readers.enumerated() where open[maker] > 0 {
      for reader in readers where open[reader] > 0 { makers[reader] = maker }
    }
    var path: [Int] = []
    var places: [Int: Int] = [:]
    var current = open.firstIndex { $0 > 0 }
    while let index = current, places[index] == nil {
      places[index] = path.count
      path.append(index)
      current = makers[index]
    }
    let start = current.flatMap { places[$0] } ?? 0
    let names = path[start...].reversed().map { index in
      let node = self[.main].nodes[index]
      return node.name.isEmpty ? node.outputs.first ?? "" : node.name
    }
    return .cycle(names)
  }

  /// The names that no node has to make.
  private var givenNames: Set<ByteString> {
    let main = self[.main]
    return Set(main.inputs.map(\.name))
      .union(main.initializers.map { self[$0].name })
      .union(main.sparseInitializers.map { self[$0.values].name })
  }

  /// The names that the bodies of a node read, their own among them.
  public func namesRead(inBodiesOf node: Node) -> [ByteString] {
    var pending = node.attributes.flatMap(\.value.graphIDs)
    var names: [ByteString] = []
    var visited: Set<GraphID> = []
    while let id = pending.popLast(), visited.insert(id).inserted {
      for inner in self[id].nodes {
        names += inner.inputs
        pending += inner.attributes.flatMap(\.value.graphIDs)
      }
      names += self[id].outputs.map(\.name)
    }
    return names
  }

  private func missing(
    _ name: ByteString, readBy node: Node, among known: Set<ByteString>
  ) -> GraphDefect {
    .missing(
      name, node: node.name.isEmpty ? node.outputs.first ?? "" : node.name,
      nearest: name.nearest(in: known))
  }
}

extension Model {
  /// Functions must not call themselves, not even through others.
  private func checkFunctions() throws(GraphDefect) {
    struct Key: Hashable {
      let domain: ByteString
      let name: ByteString
    }
    let places = Dictionary(
      functions.enumerated().map { (Key(domain: $1.domain, name: $1.name), $0) },
      uniquingKeysWith: { first, _ in first })
    let calls = functions.map { function in
      Set(
        self[function.body].nodes.compactMap {
          places[Key(domain: $0.domain, name: $0.operatorType)]
        })
    }
    // Functions that only call finished ones are finished; what is left calls itself.
    var callers: [[Int]] = Array(repeating: [], count: functions.count)
    for (index, callees) in calls.enumerated() {
      for callee in callees { callers[callee].append(index) }
    }
    var open = calls.map(\.count)
    var pending = open.indices.filter { open[$0] == 0 }
    while let finished = pending.popLast() {
      for caller in callers[finished] {
        open[caller] -= 1
        if open[caller] == 0 { pending.append(caller) }
      }
    }
    let rest = functions.indices.filter { open[$0] > 0 }
    guard rest.isEmpty else { throw .recursion(rest.map { functions[$0].name }) }
  }
}

extension ByteString {
  /// Names this similar are worth telling.
  private static let tellingDistance = 3
  /// More names are not looked through.
  private static let maximumCandidates = 20_000

  /// Up to three names that differ least from this one, by insertions, deletions and replacements
  /// (Levenshtein).
  package func nearest(in names: Set<ByteString>) -> [ByteString] {
    guard names.count <= Self.maximumCandidates, bytes.count <= 256 else { return [] }
    return names.lazy
      .filter { abs($0.bytes.count - bytes.count) <= Self.tellingDistance && !$0.isEmpty }
      .map { (distance: distance(to: $0), name: $0) }
      .filter { $0.distance <= Self.tellingDistance }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(3).map(\.name)
  }

  private func distance(to other: ByteString) -> Int {
    var row = Array(0...other.bytes.count)
    for (index, byte) in bytes.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (place, candidate) in other.bytes.enumerated() {
        let replaced = diagonal + (byte == candidate ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = Swift.min(replaced, row[place] + 1, row[place + 1] + 1)
      }
    }
    return row[other.bytes.count]
  }
}

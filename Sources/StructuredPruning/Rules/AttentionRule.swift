internal import ByteStorage
internal import ModelGraph

/// Attention in one operator: heads side by side, queries and keys summed over their depth.
struct AttentionRule: OperatorRule {
  var operators: [String] { ["Attention"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let query = structure.axes(node, input: 0), let key = structure.axes(node, input: 1),
      let value = structure.axes(node, input: 2), query.count == key.count,
      !query.isEmpty, key.count == value.count, structure.axes(node, input: 4) == nil,
      structure.axes(node, input: 5) == nil, node.node.outputs.count == 1
    else { return }
    if let mask = structure.axes(node, input: 3) {
      for axis in mask { structure.freeze(axis, at: node, "takes it for a mask") }
    }
    structure.equate(query[0], key[0], at: node)
    structure.equate(key[0], value[0], at: node)
    if query.count == 4 {
      structure.equate(key[2], value[2], at: node)
      structure.equate(query[3], key[3], at: node)
      structure.equate(key[1], value[1], at: node)
      structure.equate(query[1], repeated(key[1], to: query[1], &structure), at: node)
      structure.markBatched(query[1])
      return structure.set(node, [query[0], query[1], query[2], value[3]])
    }
    guard query.count == 3 else { return }
    packed(node, query, key, value, &structure)
  }

  private func packed(
    _ node: NodeContext, _ query: [AxisLayout], _ key: [AxisLayout], _ value: [AxisLayout],
    _ structure: inout Structure
  ) {
    let (count, pairs) = (node.node.integer("q_num_heads"), node.node.integer("kv_num_heads"))
    guard count > 0, pairs > 0, count % pairs == 0, structure.size(key[2]) % pairs == 0,
      structure.size(value[2]) % pairs == 0
    else { return }
    let kept = structure.makeAxis(pairs)
    let shared = structure.makeAxis(count / pairs)
    let depth = structure.makeAxis(structure.size(key[2]) / pairs)
    let width = structure.makeAxis(structure.size(value[2]) / pairs)
    structure.equate(key[1], value[1], at: node)
    structure.equate(query[2], .product([kept, shared, depth]), at: node)
    structure.equate(key[2], .product([kept, depth]), at: node)
    structure.equate(value[2], .product([kept, width]), at: node)
    structure.markBatched(kept)
    structure.markBatched(shared)
    structure.set(node, [query[0], query[1], .product([kept, shared, width])])
  }

  /// Each head of the keys serves several of the queries.
  private func repeated(
    _ heads: AxisLayout, to query: AxisLayout, _ structure: inout Structure
  ) -> AxisLayout {
    let (count, pairs) = (structure.size(query), structure.size(heads))
    guard pairs > 0, count % pairs == 0, count > pairs else { return heads }
    return .product([heads, structure.makeAxis(count / pairs)])
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    let node = change.context.node
    guard let query = change.context.shape(input: 0), let last = query.last else { return [] }
    let count = node.integer("q_num_heads", default: 1)
    let depth = query.count == 4 ? last : last / max(count, 1)
    var result: [(name: ByteString, value: AttributeValue)] = []
    if node.attribute("scale") == nil, depth > 0 {
      result.append(("scale", .float(1 / Float(depth).squareRoot())))
    }
    return result
  }
}

internal import ByteStorage
internal import ModelGraph

/// Attention, as the standard and common extensions have it.
struct AttentionRule: ShapeRule {
  var operators: [String] {
    ["Attention", "com.microsoft.MultiHeadAttention", "com.microsoft.GroupQueryAttention"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let query = try call.shape(0, minimumRank: 3)
    let type = call.optional(0)?.elementType
    guard call.node.isStandard else { return try call.output(query, type) }
    let key = try call.shape(1, minimumRank: 3)
    let value = try call.shape(2, minimumRank: 3)
    guard query.count == key.count, value.count == key.count else {
      throw .contradiction("queries, keys and values have different ranks")
    }
    if query.count == 4 {
      return [
        try call.facts([query[0], query[1], query[2], value[3]], type),
        try call.facts(key, type), try call.facts(value, type),
      ]
    }
    let heads = call.node.integer("q_num_heads")
    let pairs = call.node.integer("kv_num_heads")
    guard heads > 0, pairs > 0, value[2] % pairs == 0, key[2] % pairs == 0 else {
      throw .contradiction("\(heads) and \(pairs) heads do not fit")
    }
    let (size, overflow) = (value[2] / pairs).multipliedReportingOverflow(by: heads)
    guard !overflow else { throw .tooLarge }
    return [
      try call.facts([query[0], query[1], size], type),
      try call.facts([key[0], pairs, key[1], key[2] / pairs], type),
      try call.facts([value[0], pairs, value[1], value[2] / pairs], type),
    ]
  }
}

internal import ByteStorage
internal import ModelGraph

/// LSTM, GRU and RNN.
struct RecurrentRule: ShapeRule {
  var operators: [String] { ["LSTM", "GRU", "RNN"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 3)
    let recurrence = try call.shape(2, minimumRank: 3)
    let (directions, hidden) = (recurrence[0], recurrence[2])
    let type = call.optional(0)?.elementType
    if call.node.integer("layout") == 0 {
      let state = try call.facts([directions, data[1], hidden], type)
      return [try call.facts([data[0], directions, data[1], hidden], type), state, state]
    }
    let state = try call.facts([data[0], directions, hidden], type)
    return [try call.facts([data[0], data[1], directions, hidden], type), state, state]
  }
}

extension WireWalker {
  /// An error at a place, in the value of a field of the message at hand.
  func error(
    _ rule: WireError.Rule, at offset: Int? = nil, in field: Int? = nil, _ detail: String
  ) -> WireError {
    let fields = (frames.map(\.field) + [field]).compactMap { $0 }
    let path = fields.map { schema.fieldNames[$0] }.joined(separator: ".")
    return WireError(rule, at: offset ?? cursor.position, path: path, detail)
  }
}

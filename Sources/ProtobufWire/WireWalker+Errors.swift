extension WireWalker {
  /// The most fields of a path that a message shows: the last ones say where it is.
  private static let shownFields = 6

  /// An error at a place, in the value of a field of the message at hand.
  func error(
    _ rule: WireError.Rule, at offset: Int? = nil, in field: Int? = nil, _ detail: String
  ) -> WireError {
    let fields = (frames.map(\.field) + [field]).compactMap { $0 }
    let shown = fields.suffix(Self.shownFields).map { schema.fieldNames[$0] }
    let path = (fields.count > shown.count ? "…" : "") + shown.joined(separator: ".")
    return WireError(rule, at: offset ?? cursor.position, path: path, detail)
  }
}

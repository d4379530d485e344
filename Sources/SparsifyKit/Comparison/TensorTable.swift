internal import ByteStorage
internal import ModelGraph

/// The tensors of two models side by side.
struct TensorTable {
  private typealias Row = ComparisonReport.TensorRow

  private let first: ComparedModel
  private let second: ComparedModel
  private let partners: [TensorID: TensorID]

  init(_ first: ComparedModel, _ second: ComparedModel, _ partners: [TensorID: TensorID]) {
    self.first = first
    self.second = second
    self.partners = partners
  }

  /// The tensors that differ, in the order of the first model; then those that were added.
  func rows(threads: Int) throws -> [ComparisonReport.TensorRow] {
    let both = first.model.tensorIDs.compactMap { id in partners[id].map { (id, $0) } }
    let pairs = both.map { TensorComparison.Pair(first.tensor($0), second.tensor($1)) }
    var differences = try TensorComparison(threads: threads)
      .differences(of: pairs.compactMap(\.self)).makeIterator()
    var rows: [Row] = []
    var contents: [TensorID: TensorDifference] = [:]
    for (ids, pair) in zip(both, pairs) where pair != nil { contents[ids.0] = differences.next() }
    for id in first.model.tensorIDs {
      guard let partner = partners[id] else {
        rows.append(row(.removed, id, in: first))
        continue
      }
      if let row = row(id, partner, contents[id]) { rows.append(row) }
    }
    let taken = Set(partners.values)
    return rows
      + second.model.tensorIDs.filter { !taken.contains($0) }.map { row(.added, $0, in: second) }
  }

  private func row(_ kind: ChangeKind, _ id: TensorID, in model: ComparedModel) -> Row {
    Row(
      kind: kind, name: model.uses.name(of: id, in: model.model),
      layer: model.uses.use(of: id)?.layer ?? "(unused)",
      before: kind == .removed ? model.model[id].form : nil,
      after: kind == .added ? model.model[id].form : nil)
  }

  /// A tensor of both models; nil when nothing differs.
  private func row(
    _ id: TensorID, _ partner: TensorID, _ difference: TensorDifference?
  ) -> Row? {
    let (before, after) = (first.model[id], second.model[partner])
    let name = first.uses.name(of: id, in: first.model)
    let newName = second.uses.name(of: partner, in: second.model)
    let isSameForm = before.elementType == after.elementType && before.shape == after.shape
    // The texts themselves stand in the annotation.
    let isSame =
      before.elementType == .string
      ? isSameForm && before.annotation == after.annotation : difference?.isEqual == true
    guard !isSame || name != newName else { return nil }
    return Row(
      kind: isSame ? .renamed : .changed, name: name, newName: name == newName ? nil : newName,
      layer: first.uses.use(of: id)?.layer ?? "(unused)", before: before.form, after: after.form,
      contents: difference.map(ComparisonReport.ContentRow.init))
  }
}

extension Tensor {
  fileprivate var form: ComparisonReport.Form {
    ComparisonReport.Form(
      elementType: elementType.name, shape: shape.dimensions,
      bytes: elementType == .string ? annotation.count : contents.byteCount)
  }
}

extension ModelReport.TensorRow {
  /// The share of zeros; nil when they were not counted, or there is nothing to count.
  var sparsity: Double? {
    zeros.map { Double($0) / Double(max(elements, 1)) }
  }
}

extension SizeBreakdown.Row {
  /// The share of zeros; nil when they were not counted.
  var sparsity: Double? {
    zeros.map { Double($0) / Double(max(elements, 1)) }
  }
}

extension ModelReport {
  /// The share of zeros among the elements that were counted; nil when none were.
  var sparsity: Double? {
    let counted = tensors.filter { $0.zeros != nil }
    guard !counted.isEmpty else { return nil }
    let zeros = counted.reduce(0) { $0 + ($1.zeros ?? 0) }
    return Double(zeros) / Double(max(counted.reduce(0) { $0 + $1.elements }, 1))
  }

  /// Bytes that tensors take in the container; nil outside of one.
  var storedBytes: Int? {
    let stored = tensors.compactMap(\.storedBytes)
    return stored.isEmpty ? nil : stored.reduce(0, +)
  }
}

extension Double {
  /// A share for people, such as `12.5 %`.
  var percentText: String { (self * 100).fixed(1) + "\u{A0}%" }
}

extension Int {
  /// The digits in groups of three.
  var grouped: String {
    let digits = String(magnitude)
    let head = digits.count % 3
    var groups = head > 0 ? [String(digits.prefix(head))] : []
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
      groups.append(String(rest.prefix(3)))
      rest = rest.dropFirst(3)
    }
    return (self < 0 ? "−" : "") + groups.joined(separator: "\u{202F}")
  }

  /// A count in three digits with its unit, such as `22.7 M`.
  var countText: String {
    var value = Double(self)
    for unit in ["", "k", "M", "G", "T"] {
      if value < 999.5 { return unit.isEmpty ? "\(self)" : "\(value.threeDigits)\u{A0}\(unit)" }
      value /= 1000
    }
    return "\(value.threeDigits)\u{A0}P"
  }
}

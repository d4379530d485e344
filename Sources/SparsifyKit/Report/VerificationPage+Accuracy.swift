extension VerificationPage {
  /// Classes beyond these have no bar.
  private static let mostBars = 40

  /// How often both models are right, in all and for each class.
  var accuracy: HTML {
    guard let accuracy = report.accuracy else { return .nothing }
    let note =
      "By the output \(accuracy.output.shown): \(accuracy.originalRight.grouped) of "
      + "\(accuracy.samples.grouped) samples right in the original, "
      + "\(accuracy.resultRight.grouped) in the result."
    return .section(
      "Accuracy", note: note,
      """
      <div class="bars">\(bar("original", accuracy.originalAccuracy))\
      \(bar("result", accuracy.resultAccuracy))</div>
      \(worst(accuracy))
      <h3>\(title(accuracy))</h3>
      \(ChangeBars(rows: changes(accuracy)).html)
      <h3>All classes</h3>
      \(table(accuracy))
      """)
  }

  private func bar(_ name: String, _ share: Double) -> HTML {
    """
    <span>\(name)</span>
    <svg role="img" aria-label="\(name): \(share.percentText)">\
    <rect class="track" width="100%" height="100%"/>\
    <rect class="\(name)" width="\((share * 100).fixed(3))%" height="100%"/></svg>
    <span>\(share.percentText)</span>

    """
  }

  private func worst(_ accuracy: AccuracyComparison) -> HTML {
    guard let worst = accuracy.worst else {
      return "<p class=\"worst\">No class loses anything.</p>"
    }
    return """
      <p class="worst"><b>Class \(worst.label) suffers most: \((-worst.drop).pointsText)</b>, \
      from \(worst.originalRight.grouped) to \(worst.resultRight.grouped) right of \
      \(worst.samples.grouped).</p>
      """
  }

  private func title(_ accuracy: AccuracyComparison) -> String {
    accuracy.classes.count > Self.mostBars
      ? "Change of the \(Self.mostBars) classes that change most" : "Change of each class"
  }

  /// All classes by their numbers, or of many those that change most.
  private func changes(_ accuracy: AccuracyComparison) -> [ChangeBars.Row] {
    var classes = accuracy.classes
    if classes.count > Self.mostBars {
      classes.sort { ($1.drop.magnitude, $0.label) < ($0.drop.magnitude, $1.label) }
      classes = Array(classes.prefix(Self.mostBars))
    }
    return classes.map { ChangeBars.Row(name: "class \($0.label)", change: -$0.drop) }
  }

  /// The classes by their numbers, or of very many those that lose most.
  private func table(_ accuracy: AccuracyComparison) -> HTML {
    var classes = accuracy.classes
    if classes.count > Self.mostRows {
      classes.sort { ($1.drop, $0.label) < ($0.drop, $1.label) }
    }
    let rows = classes.prefix(Self.mostRows).map { row -> HTML in
      let count = Double(row.samples)
      return """
        <tr>\(ReportTable.name("\(row.label)"))\
        \(ReportTable.number(row.samples, row.samples.grouped))\
        \(share(Double(row.originalRight) / count))\(share(Double(row.resultRight) / count))\
        \(ReportTable.number(-row.drop, (-row.drop).pointsText))</tr>

        """
    }
    let hidden = classes.count - rows.count
    return ReportTable(
      caption: "Accuracy of each class",
      headings: [ReportTable.nameHeading("Class")]
        + ["Samples", "Original", "Result", "Change"].map(ReportTable.numberHeading), rows: rows,
      foot: hidden > 0
        ? "<tr><td colspan=\"5\">and \(hidden.grouped) that lose less</td></tr>" : nil
    ).html
  }

  private func share(_ value: Double) -> HTML { ReportTable.number(value, value.percentText) }
}

extension Double {
  /// A difference of two shares for people, such as `−2.5 points`.
  var pointsText: String {
    let digits = (magnitude * 100).fixed(1)
    let sign = digits == "0.0" ? "" : self < 0 ? "−" : "+"
    return "\(sign)\(digits)\u{A0}points"
  }
}

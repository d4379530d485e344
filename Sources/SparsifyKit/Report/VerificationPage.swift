internal import ByteStorage

extension VerificationReport {
  /// The report as one HTML page that needs nothing but a browser: no network, no other file.
  ///
  /// It shows what the text and the JSON form show. Every text from the models is escaped, and the
  /// page's policy forbids the browser all but the page's own style and script.
  public func html() -> String {
    VerificationPage(report: self).html.source
  }
}

/// A page about two models, one of which was made of the other.
struct VerificationPage {
  /// Rows of a table beyond these are one row.
  static let mostRows = 400

  let report: VerificationReport

  var html: HTML {
    ReportPage(
      title: "\(report.result) and \(report.original)", heading: heading,
      sections: [
        verdict, .warnings(report.warnings, note: "What is odd about the files."), accuracy,
        outputs, tensors, signature,
      ], footer: "Made by sparsify verify --html."
    ).html
  }

  private var heading: HTML {
    """
    <h1>\(report.result)</h1>
    <p class="soft">compared with <b>\(report.original)</b>, which it was made of</p>
    <dl class="facts">\(facts)</dl>
    """
  }

  private var facts: [HTML] {
    let tensors = report.tensors
    let all = tensors.compared + tensors.reshaped.count + tensors.removed.count
    var facts: [HTML] = [
      .fact(
        "Tensors unchanged", "\(tensors.equal.grouped) of \(all.grouped)", "bit for bit")
    ]
    let outputs = (report.runs?.outputs ?? []).filter { $0.unequalShapes == nil }
    if let error = outputs.compactMap(\.relativeError).max() {
      facts.append(.fact("Relative error", error.shortText, "of the outputs, the largest"))
    }
    if let cosine = outputs.map(\.cosine).min() {
      facts.append(.fact("Cosine", cosine.fixed(6), "of the outputs, the smallest"))
    }
    if let agreement = outputs.compactMap(\.top1Agreement).min() {
      facts.append(.fact("Top-1 the same", agreement.percentText, "the least of an output"))
    }
    if let accuracy = report.accuracy {
      facts.append(
        .fact(
          "Accuracy", accuracy.resultAccuracy.percentText,
          "\(accuracy.originalAccuracy.percentText) of the original"))
    }
    if let metric = report.metric {
      facts.append(
        .fact("Metric", metric.result.shortText, "\(metric.original.shortText) of the original"))
    }
    return facts
  }

  /// Whether the result is accepted, and what came of each demand.
  private var verdict: HTML {
    let items = report.demands.map { demand -> HTML in
      let failures = demand.failures.prefix(Self.mostRows).map {
        "<span class=\"soft\">\($0)</span>" as HTML
      }
      return """
        <li class="\(demand.outcome.rawValue)"><b>\(demand.outcome.word)</b> \(demand.text)\
        \(failures)</li>

        """
    }
    return .section(
      report.isAccepted ? "✓ Accepted" : "✗ Not accepted", note: "What is demanded of the result.",
      "<ul class=\"demands\">\n\(items)</ul>\n", class: report.isAccepted ? "good" : "bad")
  }
}

extension VerificationReport.Demand.Outcome {
  fileprivate var word: String {
    switch self {
    case .met: "✓ met:"
    case .failed: "✗ not met:"
    case .unchecked: "– not looked at:"
    }
  }
}

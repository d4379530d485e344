/// A table that sorts, in a frame of its own that scrolls on a narrow page.
struct ReportTable {
  /// What the table is, for those who do not see it.
  let caption: String
  /// The headings of the columns.
  let headings: [HTML]
  /// The rows with their cells.
  let rows: [HTML]
  /// A row that stays at the end.
  var foot: HTML?

  var html: HTML {
    """
    <div class="scroll" role="region" aria-label="\(caption)" tabindex="0">
    <table class="sortable">
    <thead><tr>\(headings)</tr></thead>
    <tbody>
    \(rows)</tbody>
    \(foot.map { "<tfoot>\($0)</tfoot>" } ?? .nothing)
    </table></div>

    """
  }

  /// The heading of a column of names.
  static func nameHeading(_ text: String) -> HTML {
    "<th class=\"name\" scope=\"col\" data-sort=\"ascending\">\(text)</th>"
  }

  /// The heading of a column of words.
  static func wordHeading(_ text: String) -> HTML {
    "<th scope=\"col\" data-sort=\"ascending\">\(text)</th>"
  }

  /// The heading of a column of numbers.
  static func numberHeading(_ text: String) -> HTML {
    "<th class=\"number\" scope=\"col\" data-sort=\"descending\">\(text)</th>"
  }

  /// The heading of a column of drawings, which does not sort.
  static func drawingHeading(_ text: String) -> HTML {
    "<th scope=\"col\">\(text)</th>"
  }

  /// The first cell of a row: a name that breaks behind its slashes and points, if it must.
  static func name(_ text: String, note: HTML = .nothing) -> HTML {
    let breakable = text.reduce(into: HTML.nothing) { html, character in
      html += "\(String(character))"
      if character == "/" || character == "." { html += "<wbr>" }
    }
    return "<th class=\"name\" scope=\"row\">\(breakable)\(note)</th>"
  }

  /// A count, and what is shown for it; one that is not known sorts below all others.
  static func number(_ value: Int?, _ text: String) -> HTML {
    "<td class=\"number\" data-value=\"\(value ?? -1)\">\(text)</td>"
  }

  /// A number, and what is shown for it; one that is not known sorts below all others.
  static func number(_ value: Double?, _ text: String) -> HTML {
    "<td class=\"number\" data-value=\"\("\(value ?? -1)")\">\(text)</td>"
  }
}

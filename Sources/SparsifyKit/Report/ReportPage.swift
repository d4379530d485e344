/// The frame of a report: one page that needs nothing but a browser, no network and no other file.
///
/// Its policy forbids the browser all but the page's own style and script.
struct ReportPage {
  /// What the window is called.
  let title: String
  /// What stands above the sections.
  let heading: HTML
  /// The parts of the page, in their order.
  let sections: [HTML]
  /// What stands below them.
  let footer: String

  var html: HTML {
    let policy = ContentPolicy.text(style: ReportStyle.text, script: ReportScript.text)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(HTML(trusted: policy))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="sparsify">
      <title>\(title) – sparsify</title>
      <style>\(HTML(trusted: ReportStyle.text))</style>
      </head>
      <body>
      <main>
      \(heading)
      \(sections)
      <footer>\(footer)</footer>
      </main>
      <script>\(HTML(trusted: ReportScript.text))</script>
      </body>
      </html>

      """
  }
}

extension HTML {
  /// Entries of a list beyond these are counted only.
  private static let mostListed = 40

  /// A part of the page.
  static func section(
    _ title: String, note: String, _ body: HTML, class kind: String = ""
  ) -> HTML {
    """
    <section class="\(kind)"><h2>\(title)</h2>
    <p class="note">\(note)</p>
    \(body)</section>

    """
  }

  /// A figure of the heading, to stand in a `dl` of the class `facts`.
  static func fact(_ name: String, _ value: String, _ note: String) -> HTML {
    "<div><dt>\(name)</dt><dd>\(value)<small>\(note)</small></dd></div>\n"
  }

  /// A line for each entry, as long as there are not too many.
  static func list<Entry>(_ entries: [Entry], _ item: (Entry) -> HTML) -> HTML {
    let items = entries.prefix(mostListed).map { "<li>\(item($0))</li>\n" as HTML }
    let more = entries.count - items.count
    return "<ul>\n\(items)\(more > 0 ? "<li>and \(more.grouped) more</li>" : .nothing)</ul>\n"
  }

  /// What is odd about the files; nothing when nothing is.
  static func warnings(_ texts: [String], note: String) -> HTML {
    texts.isEmpty
      ? .nothing : section("Warnings", note: note, list(texts) { "\($0)" }, class: "warning")
  }
}

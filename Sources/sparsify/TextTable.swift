/// Columns of text, numbers to the right.
struct TextTable {
  private let numeric: Set<Int>
  private var rows: [[String]]

  /// Starts a table with its heading; `numeric` are the columns that stand to the right.
  init(_ heading: [String], numeric: Set<Int>) {
    self.numeric = numeric
    rows = [heading]
  }

  /// Adds a row of as many cells as the heading has.
  mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  /// The table, a line a row.
  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { pad(row[$0], to: widths[$0], isNumeric: numeric.contains($0)) }
      return trimmed(cells.joined(separator: "  ")) + "\n"
    }
    .joined()
  }

  private func pad(_ cell: String, to width: Int, isNumeric: Bool) -> String {
    let blanks = String(repeating: " ", count: width - cell.count)
    return isNumeric ? blanks + cell : cell + blanks
  }

  private func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}

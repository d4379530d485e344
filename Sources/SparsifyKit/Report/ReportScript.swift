/// The script of a report: tables sort by a click on a heading.
///
/// Without it they are as they stand.
enum ReportScript {
  static let text = """
    "use strict";
    for (const table of document.querySelectorAll("table.sortable")) {
      const body = table.tBodies[0];
      const headings = [...table.tHead.rows[0].cells];
      const value = (row, column) => {
        const cell = row.cells[column];
        return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
      };
      const compare = (a, b) => typeof a === "number" && typeof b === "number"
        ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
      headings.forEach((heading, column) => {
        if (heading.dataset.sort === undefined) return;
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        heading.append(button);
        button.addEventListener("click", () => {
          const before = heading.getAttribute("aria-sort");
          const first = heading.dataset.sort;
          const other = first === "ascending" ? "descending" : "ascending";
          const order = before === first ? other : first;
          const sign = order === "ascending" ? 1 : -1;
          for (const each of headings) each.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", order);
          const rows = [...body.rows];
          rows.sort((a, b) => sign * compare(value(a, column), value(b, column)));
          body.append(...rows);
        });
      });
    }
    """
}

/// The style of a report: one column, system fonts, light and dark, and for paper.
///
/// The colour of a tensor fades into the page as its zeros grow; `s0` to `s10` are tenths.
enum ReportStyle {
  static let text = base + colours + treemap + comparison + tables + paper

  private static let base = """
    :root {
      color-scheme: light dark;
      --page: #f7f7f5; --card: #ffffff; --ink: #1a1f26; --soft: #5b6470; --line: #e2e3df;
      --dense: #2b5c9c; --empty: #e9eff6; --on-dense: #ffffff; --accent: #2b5c9c;
      --unknown: #d5d7d9; --rest: #9aa3ad; --warn: #8a5a00;
      --good: #1c7a48; --bad: #b3372b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #111418; --card: #191d23; --ink: #e6e9ed; --soft: #9aa4b0; --line: #2c323a;
        --dense: #7fb2f0; --empty: #222a35; --on-dense: #0c1420; --accent: #8fbcf3;
        --unknown: #3a4048; --rest: #5d6773; --warn: #e0b050;
        --good: #62c48e; --bad: #f08a7d;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    }
    main { max-width: 1280px; margin: 0 auto; padding: 28px 20px 48px; }
    h1 { font-size: 26px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 17px; margin: 0 0 4px; }
    p { margin: 0; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 18px 20px; margin-top: 18px; }
    .soft, .note { color: var(--soft); }
    .note { font-size: 13px; margin-bottom: 12px; overflow-wrap: anywhere; }
    .assumed { margin: 10px 2px 0; }
    .warning { border-left: 4px solid var(--warn); }
    dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
      gap: 12px; margin: 18px 0 0; }
    dl.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 10px 14px; }
    dt { color: var(--soft); font-size: 13px; }
    dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
    dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft);
      overflow-wrap: anywhere; }
    ul, ol { margin: 6px 0 0; padding-left: 20px; }
    li { margin: 3px 0; overflow-wrap: anywhere; }
    code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    footer { color: var(--soft); font-size: 13px; margin-top: 24px; }

    """

  private static let colours = """
    .s0 { fill: var(--dense); } .s10 { fill: var(--empty); }
    .s1 { fill: color-mix(in oklab, var(--dense) 90%, var(--empty)); }
    .s2 { fill: color-mix(in oklab, var(--dense) 80%, var(--empty)); }
    .s3 { fill: color-mix(in oklab, var(--dense) 70%, var(--empty)); }
    .s4 { fill: color-mix(in oklab, var(--dense) 60%, var(--empty)); }
    .s5 { fill: color-mix(in oklab, var(--dense) 50%, var(--empty)); }
    .s6 { fill: color-mix(in oklab, var(--dense) 40%, var(--empty)); }
    .s7 { fill: color-mix(in oklab, var(--dense) 30%, var(--empty)); }
    .s8 { fill: color-mix(in oklab, var(--dense) 20%, var(--empty)); }
    .s9 { fill: color-mix(in oklab, var(--dense) 10%, var(--empty)); }
    .unknown { fill: var(--unknown); }

    """

  private static let treemap = """
    .treemap { display: block; width: 100%; height: clamp(340px, 46vw, 520px); border-radius: 6px;
      overflow: hidden; }
    .tensor { stroke: var(--card); stroke-width: 0.6; }
    .tensor.fine { stroke-width: 0.2; }
    .tensor:hover { stroke: var(--ink); stroke-width: 2; }
    .layer { fill: none; stroke: var(--card); stroke-width: 2; pointer-events: none; }
    .label { pointer-events: none; overflow: hidden; }
    .label.narrow { display: none; }
    .label text { fill: var(--ink); font-size: 12px; }
    .label .size { font-size: 11px; opacity: 0.85; }
    .label.on-dense text { fill: var(--on-dense); }
    .legend { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; font-size: 13px;
      color: var(--soft); margin-top: 10px; }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend svg { width: 16px; height: 12px; border: 1px solid var(--line); }
    .legend .scale { width: 176px; }
    .bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 8px 12px;
      align-items: center; font-variant-numeric: tabular-nums; }
    .bars svg { width: 100%; height: 22px; display: block; border-radius: 4px; }
    .bars .track { fill: var(--line); opacity: 0.5; }
    .tensors { fill: var(--dense); }
    .structure { fill: var(--rest); }

    """

  private static let comparison = """
    h3 { font-size: 14px; margin: 18px 0 8px; }
    .good { border-left: 4px solid var(--good); }
    .bad { border-left: 4px solid var(--bad); }
    .good h2 { color: var(--good); } .bad h2 { color: var(--bad); }
    .demands { list-style: none; padding: 0; }
    .met b { color: var(--good); } .failed b { color: var(--bad); }
    .demands span { display: block; padding-left: 22px; }
    .worst { margin-top: 12px; }
    .original { fill: var(--rest); } .result { fill: var(--dense); }
    .changes svg { height: 16px; }
    .lost { fill: var(--bad); } .gained { fill: var(--good); }
    .zero { stroke: var(--ink); stroke-width: 1; }
    .track { fill: var(--line); }
    .zeroed { fill: var(--rest); } .changed { fill: var(--dense); }
    .shares { width: 112px; height: 12px; display: block; border-radius: 3px; }

    """

  private static let tables = """
    .scroll { overflow: auto; max-height: min(760px, 80vh); margin: 0 -20px; padding: 0 20px; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; }
    th, td { text-align: left; padding: 6px 9px; border-bottom: 1px solid var(--line);
      white-space: nowrap; }
    th:first-child, td:first-child { padding-left: 0; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { position: sticky; top: 0; background: var(--card); z-index: 1; color: var(--soft); font-weight: 600; font-size: 13px; }
    tbody th { font-weight: 400; }
    tbody tr:hover { background: color-mix(in oklab, var(--accent) 7%, transparent); }
    .name { max-width: 32em; min-width: min(18em, 44vw); white-space: normal; overflow-wrap: anywhere; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    tfoot td, tfoot th { color: var(--soft); font-weight: 400; }
    th button { all: unset; cursor: pointer; color: inherit; }
    th button::after { content: "\\2195"; opacity: 0.35; margin-left: 4px; }
    th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
    th[aria-sort=ascending] button::after { content: "\\2191"; opacity: 1; }
    th[aria-sort=descending] button::after { content: "\\2193"; opacity: 1; }
    .spark { width: 112px; height: 24px; display: block; }
    .spark path { fill: var(--accent); }

    """

  private static let paper = """
    @media (max-width: 640px) {
      main { padding: 18px 12px 32px; }
      section { padding: 14px; }
      .scroll { margin: 0 -14px; padding: 0 14px; }
      .label.wide { display: none; }
      .label.narrow { display: inline; }
      .bars { grid-template-columns: 1fr max-content; grid-auto-flow: dense; }
      .bars svg { grid-column: 1 / -1; }
      dl.facts { grid-template-columns: repeat(2, 1fr); }
    }
    @media print {
      :root { --page: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --line: #cccccc;
        --dense: #2b5c9c; --empty: #e9eff6; --on-dense: #ffffff; --accent: #2b5c9c;
        --unknown: #d5d7d9; --rest: #9aa3ad; --warn: #8a5a00; --good: #1c7a48; --bad: #b3372b; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      main { max-width: none; padding: 0; }
      section { border: none; padding: 0; }
      .scroll { overflow: visible; max-height: none; margin: 0; padding: 0; }
      table { font-size: 11px; }
      tr, .treemap, figure { break-inside: avoid; }
      th button::after { content: none; }
    }
    """
}

/// A histogram as a drawing of the size of a word.
struct Sparkline {
  private static let height = 24

  let histogram: ValueHistogram

  var html: HTML {
    let bins = histogram.counts.count
    let range =
      "from \(histogram.low.shortText) to \(histogram.high.shortText)"
    return """
      <svg class="spark" viewBox="0 0 \(bins) \(Self.height)" preserveAspectRatio="none" role="img" \
      aria-label="histogram \(range)"><title>\(range)</title><path d="\(path)"/></svg>
      """
  }

  /// One step a bin, no bin that has any lower than a hair.
  private var path: String {
    let most = Double(max(histogram.counts.max() ?? 0, 1))
    let steps = histogram.counts.map { count in
      let share = Double(count) / most
      let height = count == 0 ? 0 : max(share * Double(Self.height), 0.6)
      return "V\((Double(Self.height) - height).fixed(1))h1"
    }
    return "M0 \(Self.height)" + steps.joined() + "V\(Self.height)z"
  }
}

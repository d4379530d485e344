/// The recipe that a beginner starts from: every setting there is, most of them as comments.
enum RecipeStarter {
  /// A setting in the starter.
  struct Line: Sendable {
    let comment: String
    let setting: String
    /// False for settings without a default, which stand there as examples.
    let isDefault: Bool
  }
}

extension RecipeTable {
  /// The settings with their defaults or examples.
  var starter: [RecipeStarter.Line] {
    settings.map { setting in
      let value = setting.value(Step()).map(\.flow) ?? setting.example ?? ""
      return RecipeStarter.Line(
        comment: setting.summary, setting: "\(setting.name): \(value)",
        isDefault: setting.example == nil)
    }
  }
}

extension Recipe {
  /// A commented recipe that prunes 80 % of the weights, with everything else as comments.
  public static var starter: String {
    var lines = [
      "# What sparsify does to a model, step by step:  sparsify IN OUT --recipe FILE",
      "# Lines that begin with # are examples; check what you change with  sparsify recipe check FILE",
      "version: \(version)", "steps:",
    ]
    for kind in RecipeKind.all {
      let isActive = ["prune", "convert"].contains(kind.name)
      let mark = isActive ? "" : "# "
      lines += ["", "  # \(kind.summary)", "  \(mark)- \(kind.name):"]
      for line in kind.starter {
        let isGiven = line.isDefault && !line.setting.hasPrefix("seed:")
        let isActive = isActive && (isGiven || line.setting.hasPrefix("sparsity:"))
        lines.append("  \(mark)    # \(line.comment)")
        lines.append(
          "  \(mark)    \(isActive || (!mark.isEmpty && isGiven) ? "" : "# ")\(line.setting)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

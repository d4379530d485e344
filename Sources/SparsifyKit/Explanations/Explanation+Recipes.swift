internal import ByteStorage

extension Explanation {
  /// Rules of recipes.
  static let recipes = [
    Explanation(
      "E-RECIPE-001", .badRecipe,
      "The text is neither YAML nor JSON.",
      causes: [
        "a bracket or a quote is open",
        "lines are indented unevenly, or with tabs",
      ],
      remedies: [
        "look at the line that is named",
        "begin with: sparsify recipe init",
      ]),
    Explanation(
      "E-RECIPE-002", .badRecipe,
      "The recipe is too long, too deep, or has too many steps.",
      causes: [
        "it is another kind of file"
      ],
      remedies: [
        "split it into several recipes"
      ]),
    Explanation(
      "E-RECIPE-003", .badRecipe,
      "The recipe uses a feature of YAML that recipes do not have.",
      causes: [
        "anchors, aliases, tags or several documents"
      ],
      remedies: [
        "write out what they stand for"
      ]),
    Explanation(
      "E-RECIPE-004", .badRecipe,
      "A key stands twice in one mapping.",
      causes: [
        "a line was copied"
      ],
      remedies: [
        "remove one of the two"
      ]),
    Explanation(
      "E-RECIPE-005", .badRecipe,
      "No setting or step is called that.",
      causes: [
        "a typing error",
        "a newer sparsify knows it",
      ],
      remedies: [
        "see what there is: sparsify recipe schema"
      ]),
    Explanation(
      "E-RECIPE-006", .badRecipe,
      "A value is of another type than its setting takes.",
      causes: [
        "a list where a number goes, and the like"
      ],
      remedies: [
        "see what goes there: sparsify recipe schema"
      ]),
    Explanation(
      "E-RECIPE-007", .badRecipe,
      "A value is outside of the range of its setting.",
      causes: [
        "a share above 1, a word that is not known"
      ],
      remedies: [
        "see the range: sparsify recipe schema"
      ]),
    Explanation(
      "E-RECIPE-008", .badRecipe,
      "Something is missing that has to be there.",
      causes: [
        "the version, the steps, or a setting of a step"
      ],
      remedies: [
        "begin with: sparsify recipe init"
      ]),
    Explanation(
      "E-RECIPE-009", .badRecipe,
      "Settings do not go together.",
      causes: [
        "a step has two goals"
      ],
      remedies: [
        "make two steps of it"
      ]),
  ]
}

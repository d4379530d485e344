internal import ByteStorage

/// What is done to a model, step by step, and how the result is written.
///
/// ```swift
/// let recipe = try Recipe(path: "recipe.yaml")
/// print(recipe.text, recipe.sha256)
/// ```
public struct Recipe: Hashable, Sendable {
  /// The version of the format.
  public static let version = 1
  /// The most bytes of a recipe.
  public static let maximumBytes = 1 << 20
  /// The most steps: each reads the weights of the model.
  public static let maximumSteps = 256

  /// The steps, in the order they are done.
  public var steps: [RecipeStep]
  /// How the result is written.
  public var output = OutputSettings()

  /// Makes a recipe.
  public init(steps: [RecipeStep] = []) {
    self.steps = steps
  }

  /// Reads a recipe from a file of YAML or JSON.
  ///
  /// - Throws: `FileError` when it cannot be read, and `RecipeError`, in a `FileFailure`, when it is
  ///   wrong.
  public init(path: String) throws {
    let file = try OpenFile(path: path)
    self = try FileFailure.naming(path) {
      guard file.byteCount <= Self.maximumBytes else { throw Self.tooLong(file.byteCount) }
      return try Recipe(parsing: file.bytes())
    }
  }

  /// Reads a recipe from YAML or JSON text in UTF-8.
  ///
  /// - Throws: `RecipeError`.
  public init(parsing text: [UInt8]) throws {
    guard text.count <= Self.maximumBytes else { throw Self.tooLong(text.count) }
    self = try RecipeKind.recipe(from: YAMLReader.root(of: text.joiningSurrogateEscapes))
  }

  private static func tooLong(_ count: Int) -> RecipeError {
    RecipeError(
      .tooLarge, at: nil, "the recipe has \(count) bytes, more than \(maximumBytes)",
      hint: "a recipe of a few lines is enough for most models")
  }

  /// Adds a step where it is best done: layers go before channels, channels before single weights,
  /// and patterns last.
  public mutating func insert(_ step: RecipeStep) {
    let place = steps.firstIndex { $0.rank > step.rank } ?? steps.endIndex
    steps.insert(step, at: place)
  }

  /// True when single weights are set to zero, which takes a mask of each tensor.
  var prunesWeights: Bool {
    steps.contains { step in
      switch step {
      case .prune, .pattern: true
      case .layers, .channels: false
      }
    }
  }

  /// Checks what types cannot say.
  ///
  /// - Throws: `RecipeError`, or what the request of a step throws.
  public func validate() throws {
    for step in steps { try step.validate() }
  }
}

extension Recipe {
  /// The recipe in its normal form: YAML with every setting that has a meaning, given or not.
  ///
  /// Recipes that mean the same have the same text; read again, it is the same recipe.
  public var text: String { RecipeKind.node(of: self).yaml }

  /// The SHA-256 of the normal form, in hexadecimal digits.
  public var sha256: String {
    let digest = SHA256()
    Array(text.utf8).withUnsafeBytes { digest.update($0) }
    return digest.finalize().hexadecimal
  }
}

/// Sizes for the dynamic dimensions of a model's inputs.
///
/// Two evaluations under different assignments tell which numbers depend on a dynamic dimension.
public struct DimensionAssignment: Sendable {
  private let batch: Int
  private let image: Int
  private let sequence: Int

  /// Small sizes that networks with strides, windows and patches can be evaluated with.
  public static let first = DimensionAssignment(batch: 2, image: 224, sequence: 16)
  /// Other such sizes.
  public static let second = DimensionAssignment(batch: 3, image: 256, sequence: 24)

  /// One of each: what a model costs to run once.
  public static let single = DimensionAssignment(batch: 1, image: 224, sequence: 16)

  /// The size of an axis of an input of some rank.
  func size(axis: Int, rank: Int) -> Int {
    if axis == 0 { return batch }
    return rank >= 4 && axis >= 2 ? image : sequence
  }
}

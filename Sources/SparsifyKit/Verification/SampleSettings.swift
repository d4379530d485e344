internal import ByteStorage
internal import Inference

/// Which samples models are run on.
public struct SampleSettings: Sendable {
  /// A .npz or .npy file of samples; nil for random ones.
  public var data: String?
  /// How many samples a run takes where the model leaves it open.
  public var batch = 32
  /// How many random samples there are when there is no data.
  public var count = 8
  /// What the random samples follow from.
  public var seed: UInt64 = 0
  /// Dimensions of random inputs by name; sizes that are not fixed are 1 otherwise.
  public var shapes: [String: [Int]] = [:]

  /// A few random samples.
  public init() {}

  /// The seed, where anything follows from it.
  var usedSeed: UInt64? { data == nil ? seed : nil }

  /// The samples for a model's inputs.
  ///
  /// - Throws: `InferenceError.badInput`, and what reading and matching the data throws.
  func feed(for inputs: [ModelValue]) throws -> InputFeed {
    guard let data else {
      return .random(try RandomInputs(for: inputs, shapes: shapes, seed: seed), count: count)
    }
    return .data(try self.inputs(in: ArrayFile(path: data), at: data, for: inputs))
  }

  /// The samples in a file of arrays, of which one may be labels.
  ///
  /// - Throws: what reading and matching the arrays throws, with the file's name.
  func inputs(
    in file: ArrayFile, at path: String, for inputs: [ModelValue], labels: String? = nil
  ) throws -> DataInputs {
    try FileFailure.naming(path) {
      try DataInputs(file, for: inputs, labels: labels, batch: batch)
    }
  }
}

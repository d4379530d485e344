internal import ByteStorage
internal import Inference

/// The samples that models are run on, and the class of each where there are labels.
struct LabelledSamples {
  let feed: InputFeed
  let labels: [Int]?

  /// Reads samples for the inputs of a model.
  ///
  /// - Parameters:
  ///   - samples: which they are.
  ///   - name: of the labels, an array of their file, or a file with one array; nil for none.
  ///   - inputs: what the model takes.
  /// - Throws: `VerificationError`, `NumPyError`, `FileError`, `InferenceError.badInput`.
  init(_ samples: SampleSettings, labels name: String?, for inputs: [ModelValue]) throws {
    guard let name, let path = samples.data else {
      feed = try samples.feed(for: inputs)
      labels = nil
      return
    }
    let file = try ArrayFile(path: path)
    let isInside = file.names.contains(name)
    let data = try samples.inputs(in: file, at: path, for: inputs, labels: isInside ? name : nil)
    let array = try Self.labels(name, in: file, isInside: isInside)
    guard let labels = array.integers(), labels.count == data.sampleCount else {
      throw VerificationError.badLabels(name, found: array.summary, samples: data.sampleCount)
    }
    self.labels = labels
    feed = .data(data)
  }

  private static func labels(
    _ name: String, in file: ArrayFile, isInside: Bool
  ) throws -> NumericArray {
    if isInside { return try file.array(named: name) }
    let other: ArrayFile
    do {
      other = try ArrayFile(path: name)
    } catch FileError.missing {
      throw NumPyError.noArray(name, known: file.names)
    }
    guard other.names.count == 1, let only = other.names.first else {
      throw NumPyError.noArray(name, known: other.names)
    }
    return try FileFailure.naming(name) { try other.array(named: only) }
  }
}

internal import ByteStorage
internal import LinearAlgebra

/// What a layer was looked at with, to look at it once more: in memory as far as that is little, then
/// in a file.
final class SampleStore {
  /// Samples of a group of the layer.
  struct Samples {
    /// The group.
    let group: Int
    /// What it reads in the pruned network.
    let inputs: Matrix
    /// What it should give.
    let wanted: Matrix
    /// What the pruned network adds to it; nil for nothing.
    let stream: Matrix?
  }

  private enum Entry {
    case held(Samples)
    case stored(group: Int, inputs: Place, wanted: Place, stream: Place?)
  }

  /// Where a matrix stands in the file.
  private struct Place {
    let rows: Int
    let columns: Int
    let offset: Int
  }

  private let file: ScratchFile
  private let mostHeld: Int
  private var held = 0
  private var entries: [Entry] = []

  /// Makes an empty store that holds so many bytes in memory at most.
  ///
  /// Throws `FileError.cannotCreate`.
  init(mostHeld: Int = 64 << 20) throws {
    self.mostHeld = mostHeld
    file = try ScratchFile()
  }

  /// Adds samples.
  ///
  /// Throws `FileError` when there is no room.
  func append(_ samples: Samples) throws {
    let matrices = [samples.inputs, samples.wanted] + (samples.stream.map { [$0] } ?? [])
    held += matrices.reduce(0) { $0 + $1.values.count * MemoryLayout<Double>.size }
    if held <= mostHeld {
      entries.append(.held(samples))
    } else {
      entries.append(
        .stored(
          group: samples.group, inputs: try store(samples.inputs),
          wanted: try store(samples.wanted), stream: try samples.stream.map(store)))
    }
  }

  /// Gives all samples, as they came.
  ///
  /// Throws `FileError` when they cannot be read.
  func forEach(_ body: (Samples) -> Void) throws {
    for entry in entries {
      switch entry {
      case .held(let samples): body(samples)
      case .stored(let group, let inputs, let wanted, let stream):
        body(
          Samples(
            group: group, inputs: try matrix(at: inputs), wanted: try matrix(at: wanted),
            stream: try stream.map(matrix)))
      }
    }
  }

  private func store(_ matrix: Matrix) throws -> Place {
    let place = Place(rows: matrix.rows, columns: matrix.columns, offset: file.byteCount)
    try matrix.values.withUnsafeBytes { try file.append($0) }
    return place
  }

  private func matrix(at place: Place) throws -> Matrix {
    let count = place.rows * place.columns
    let values = try [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      let values = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      try file.read(at: place.offset, into: UnsafeMutableRawBufferPointer(values))
      filled = count
    }
    return Matrix(rows: place.rows, columns: place.columns, values)
  }
}

internal import ByteStorage
internal import ModelGraph

/// The places of tensors in a data file, in the order of the file.
struct FileLayout {
  /// What adding a tensor came to.
  enum Outcome {
    case added
    /// Another tensor has the very same place.
    case shared
    /// Another tensor has a part of the place.
    case overlapping
  }

  private(set) var ranges: [Range<Int>] = []
  private(set) var tensors: [TensorID] = []

  /// Adds a tensor that starts no earlier than the last one.
  mutating func add(_ range: Range<Int>, _ tensor: TensorID) -> Outcome {
    if let last = ranges.last, range.lowerBound < last.upperBound {
      return range == last ? .shared : .overlapping
    }
    ranges.append(range)
    tensors.append(tensor)
    return .added
  }

  /// The bytes outside of the places.
  var gaps: [Range<Int>] {
    var result: [Range<Int>] = []
    var end = 0
    for range in ranges {
      if range.lowerBound > end { result.append(end..<range.lowerBound) }
      end = range.upperBound
    }
    return result
  }

  /// A template whose gaps come from a file.
  func template(path: ByteString, of file: any ByteSource) -> FileTemplate {
    let end = ranges.last?.upperBound ?? 0
    let all = end < file.byteCount ? gaps + [end..<file.byteCount] : gaps
    let literal = ConcatenatedSource(all.compactMap { file.slice($0) })
    return FileTemplate(path: path, literal: literal, holes: holes, original: file)
  }

  /// A template whose gaps are zeros.
  func template(path: ByteString) -> FileTemplate {
    FileTemplate(
      path: path, literal: ZeroSource(byteCount: gaps.reduce(0) { $0 + $1.count }), holes: holes)
  }

  private var holes: [FileTemplate.Hole] {
    var position = 0
    var end = 0
    return zip(ranges, tensors).map { range, tensor in
      position += range.lowerBound - end
      end = range.upperBound
      return FileTemplate.Hole(position: position, tensor: tensor, byteCount: range.count)
    }
  }
}

/// Zeros.
struct ZeroSource: ByteSource {
  let byteCount: Int

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
  }
}

/// Encoding 14: floats that are whole numbers of one byte times a scale, which rows or columns share.
///
/// Weights that were quantised for each channel and brought back have more values than a palette.
struct ScaledEncoding: ChunkEncoding {
  let id = EncodingID.scaled
  let name = "scaled"
  let summary = "whole numbers of a byte, and the scales of rows or columns"
  let isDense = true

  /// Which classes the elements may have, in the order they are tried.
  private enum Division: UInt8, CaseIterable {
    case single, rows, columns

    func classes(_ chunk: ChunkAnalysis) -> ScaleClasses? {
      guard self != .single else { return .single(chunk.count) }
      // The values inside of a sparse encoding are no whole rows.
      guard let grid = chunk.grid, grid.positions == nil else { return nil }
      return self == .rows ? .rows(grid.geometry, chunk.count) : .columns(grid.geometry)
    }
  }

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.layout.kind == .float else { return nil }
    return choice(chunk)?.size
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard Self.isPossible(chunk.layout), let choice = choice(chunk),
      let classes = Division(rawValue: choice.parameter)?.classes(chunk),
      let floats = FloatElements(chunk.elements)
    else { return false }
    let numbers = chunk.coder.scratch.take(chunk.count)
    guard let fit = ScaleFit(floats, classes, into: numbers) else { return false }
    classes.write(to: &coded)
    let scales = fit.scales.flatMap { scale in
      withUnsafeBytes(of: scale.bitPattern.littleEndian, Array.init)
    }
    scales.withUnsafeBytes {
      BytePlanes(chunk.layout, rotation: 1)
        .encode(Elements($0, chunk.layout), into: &coded, with: chunk.coder)
    }
    chunk.coder.append(stream: UnsafeRawBufferPointer(numbers), on: chunk.grid, to: &coded)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard Self.isPossible(layout) else { throw .badChunk(id, reason: "no floats of this width") }
    let classes = try ScaleClasses(from: &reader)
    let count = output.count / layout.width
    guard classes.isPossible(count) else {
      throw .badChunk(id, reason: "classes that do not fit the elements")
    }
    let scales = coder.scratch.take(classes.count * layout.width)
    try BytePlanes(layout, rotation: 1).decode(&reader, into: scales, with: coder)
    guard let factors = FloatElements(Elements(scales, layout)),
      (0..<classes.count).allSatisfy({ Self.isScale(factors[$0]) })
    else { throw .badChunk(id, reason: "a scale that is negative or not finite") }
    let numbers = try coder.view(stream: &reader, count: count, for: output)
    multiply(numbers, by: factors, of: classes, into: output)
  }

  private static func isPossible(_ layout: ElementLayout) -> Bool { layout.width == 4 }

  private static func isScale(_ scale: Float) -> Bool { scale.isFinite && scale.sign == .plus }

  private func multiply(
    _ numbers: UnsafeRawBufferPointer, by scales: FloatElements, of classes: ScaleClasses,
    into output: UnsafeMutableRawBufferPointer
  ) {
    guard let target = output.baseAddress else { return }
    _ = classes.forEachRun(of: numbers.count) { index, places in
      let scale = scales[index]
      for place in places {
        let number = Float(Int8(bitPattern: numbers[place]))
        UInt32.store((number * scale).bitPattern, target, place)
      }
      return true
    }
  }

  private func choice(_ chunk: ChunkAnalysis) -> EncodingChoice? {
    chunk.choice(of: id) {
      guard Self.isPossible(chunk.layout), let floats = FloatElements(chunk.elements) else {
        return nil
      }
      for division in Division.allCases {
        if let size = size(chunk, floats, division) {
          return EncodingChoice(parameter: division.rawValue, size: size)
        }
      }
      return nil
    }
  }

  /// The bytes the chunk should take; nil when its elements are no multiples of such scales.
  private func size(
    _ chunk: ChunkAnalysis, _ floats: FloatElements, _ division: Division
  ) -> Double? {
    guard let classes = division.classes(chunk), classes.isPossible(chunk.count),
      ScaleFit.isLikely(floats, classes)
    else { return nil }
    return chunk.coder.scratch.measured { scratch in
      let numbers = scratch.take(chunk.count)
      guard ScaleFit(floats, classes, into: numbers) != nil else { return nil }
      let size = StreamStatistics(UnsafeRawBufferPointer(numbers)).estimatedSize
      return size + Double(classes.count * chunk.layout.width)
    }
  }
}

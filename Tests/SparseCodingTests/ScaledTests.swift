import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ScaledTests {
  /// Numbers of so many steps times the scales of classes, the first element at a place of its run.
  private func floats(_ classes: ScaleClasses, count: Int, steps: Int) -> [Float] {
    var generator = SeededGenerator(seed: UInt64(classes.count + steps))
    let scales = (0..<classes.count).map { _ in Float.random(in: 1e-4...1e-2, using: &generator) }
    return (0..<count).map { place in
      let number = Int.random(in: -steps...steps, using: &generator)
      return Float(number) * scales[(classes.first + place) / classes.run % classes.count]
    }
  }

  private func coded(
    _ floats: [Float], _ geometry: RowGeometry? = nil, level: CompressionLevel = .balanced
  ) throws -> [UInt8] {
    let chunk = bytes(floats.map(\.bitPattern))
    let hints = geometry.map {
      [ChunkHint.rows(length: $0.rowLength, kernel: $0.kernel, first: $0.first)]
    }
    let coder = ChunkCoder(level: level)
    let coded = try coder.encode(chunk, layout(4), hints: hints ?? [])
    #expect(try coder.decode(coded, layout(4), size: chunk.count) == chunk)
    return coded
  }

  @Test(
    "Rows and columns that share scales are found and take a number each",
    arguments: [7, 127], CompressionLevel.allCases)
  func divisions(steps: Int, level: CompressionLevel) throws {
    let geometry = RowGeometry(rowLength: 180, kernel: 9, first: 90)
    let rows = ScaleClasses.rows(geometry, 9000)
    #expect(rows == ScaleClasses(count: 51, run: 180, first: 90))
    let columns = ScaleClasses.columns(geometry)
    #expect(columns == ScaleClasses(count: 20, run: 9, first: 0))
    for classes in [rows, columns] {
      let coded = try coded(floats(classes, count: 9000, steps: steps), geometry, level: level)
      #expect(coded.first == EncodingID.scaled.rawValue)
      let bits = binaryLogarithm(2 * steps + 1)
      #expect(Double(coded.count) < 9000 * bits / 8 + Double(4 * classes.count) + 150)
    }
  }

  @Test("One element that is off makes it another encoding")
  func unlike() throws {
    var floats = floats(.single(9000), count: 9000, steps: 127)
    #expect(try coded(floats).first == EncodingID.scaled.rawValue)
    floats[8000] = floats[8000].nextUp
    #expect(try coded(floats).first != EncodingID.scaled.rawValue)
    for other in [-0.0, Float.infinity, .nan] {
      floats[8000] = other
      #expect(try coded(floats).first != EncodingID.scaled.rawValue)
    }
  }

  @Test("Each element is of the class that its place says", arguments: [1, 2, 5], [1, 3, 4])
  func places(count: Int, run: Int) {
    for first in 0..<run {
      let classes = ScaleClasses(count: count, run: run, first: first)
      var found = [Int](repeating: -1, count: 23)
      #expect(
        classes.forEachRun(of: 23) { index, places in
          for place in places { found[place] = index }
          return true
        })
      #expect(found == (0..<23).map { (first + $0) / run % count })
      for index in 0..<count {
        var places: [Int] = []
        #expect(
          classes.forEachElement(of: index, among: 23) { place in
            places.append(place)
            return true
          })
        #expect(places == found.indices.filter { found[$0] == index })
      }
    }
  }
}

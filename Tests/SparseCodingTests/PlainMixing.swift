@testable import SparseCoding

/// Mixing as schemas/encodings/mixing.md tells it, step by step: what the kernels are compared with.
enum PlainMixing {
  /// Codes a bit of some probability, and returns it; a bit of a decoder is not asked for.
  typealias BitCoder = (_ bit: Bool, _ probability: Int) -> Bool

  /// A mean and its count.
  struct Mean {
    var (value, count) = (32_768, 0)

    mutating func learn(_ number: Int) {
      value += ((number - value) * (131_072 / (2 * count + 3))) >> 16
      count = min(count + 1, 255)
    }
  }

  /// Weights of six contexts.
  struct Weights {
    var values = [Int](repeating: 13_000, count: 6)

    func logits(_ means: [Mean]) -> [Int] {
      means.map { Int(LogisticTables.shared.stretch[$0.value / 16]) }
    }

    func probability(_ means: [Mean]) -> Int {
      let sum = zip(values, logits(means)).reduce(0) { $0 + $1.0 * $1.1 } >> 16
      return Int(LogisticTables.shared.squash[min(max(sum, -2048), 2047) + 2048])
    }

    mutating func learn(_ bit: Bool, _ probability: Int, _ means: [Mean]) {
      let error = (bit ? 65_535 : 0) - probability
      for (index, logit) in logits(means).enumerated() {
        values[index] += (logit * error + 65_536) >> 17
      }
    }
  }

  /// Means by number in each of six tables.
  struct Tables {
    var means: [[Int: Mean]] = .init(repeating: [:], count: 6)
    var first = Mean()

    subscript(contexts: [Int]) -> [Mean] {
      get { zip(means, contexts).map { $0[$1] ?? first } }
      set {
        for (index, context) in contexts.enumerated() { means[index][context] = newValue[index] }
      }
    }

    mutating func code(
      _ bit: Bool, _ contexts: [Int], _ weights: inout Weights, _ coder: BitCoder
    ) -> Bool {
      var means = self[contexts]
      let probability = weights.probability(means)
      let bit = coder(bit, probability)
      weights.learn(bit, probability, means)
      for index in means.indices { means[index].learn(bit ? 65_535 : 0) }
      self[contexts] = means
      return bit
    }
  }
}

// MARK: - Encoding 11

extension PlainMixing {
  static func code(mask: [Bool], _ geometry: RowGeometry, _ coder: BitCoder) -> [Bool] {
    var (tables, weights) = (Tables(), Weights())
    var bits: [Bool] = []
    let (length, kernel) = (geometry.rowLength, geometry.kernel)
    func bit(_ index: Int) -> Int { bits.indices ~= index && bits[index] ? 1 : 0 }
    for index in mask.indices {
      let column = (geometry.first + index) % length
      let place = column % kernel
      let history = (1...8).reduce(0) { $0 | bit(index - $1) << ($1 - 1) }
      let inKernel = (0..<place).reduce(0) { $0 + bit(index - 1 - $1) }
      let before = (0..<kernel).reduce(0) { $0 + bit(index - place - 1 - $1) }
      let left = column == 0 ? 0 : bit(index - length - 1)
      let right = column == length - 1 ? 0 : bit(index - length + 1)
      let around = bit(index - length) | bit(index - 2 * length) << 1 | right << 2 | left << 3
      let row = tables[[0, column / kernel, 0, 0, 0, 0]].map(\.value)
      let contexts = [
        0, column / kernel, 256 * place + history, around + 16 * (history % 16),
        128 * place + 8 * (inKernel % 16) + min(before, 7),
        256 * (row[1] >> 12) + 8 * (row[0] >> 11) + min(inKernel, 7),
      ]
      bits.append(tables.code(mask[index], contexts, &weights, coder))
      if column == length - 1, let count = tables.means[0][0]?.count {
        tables.means[0][0]?.count = min(count, 10)
      }
    }
    return bits
  }
}

// MARK: - Coder 6

extension PlainMixing {
  static func code(
    symbols: [UInt8], at places: [Int], _ geometry: RowGeometry, _ tree: SymbolTree,
    _ coder: BitCoder
  ) -> [UInt8] {
    var tables = tree.nodes.map {
      Tables(first: Mean(value: Int($0.probability), count: 4))
    }
    var weights = tree.nodes.map { _ in Weights() }
    var (row, recent, channels) = (Mean(), Mean(), [Int: Mean]())
    var (above, left, history) = ([Int: Int](), 128, 0)
    func fine(_ mean: Mean) -> Int { min(max(((mean.value >> 8) - 64) / 2, 0), 63) }
    func line(_ place: Int) -> (Int, Int) {
      (geometry.first + place).quotientAndRemainder(dividingBy: geometry.rowLength)
    }
    var decoded: [UInt8] = []
    for (index, place) in places.enumerated() {
      let (y, x) = line(place)
      let (channel, k) = x.quotientAndRemainder(dividingBy: geometry.kernel)
      if index > 0 {
        let (lastY, lastX) = line(places[index - 1])
        if y != lastY { row.count = min(row.count, 2) }
        if geometry.kernel > 1, (y, channel) != (lastY, lastX / geometry.kernel) { recent = Mean() }
      }
      let (r, c) = (fine(row), fine(channels[channel] ?? Mean()))
      let contexts = [
        r, c, 16 * k + history % 16,
        64 * ((above[x] ?? 128) / 32) + 8 * (left / 32) + (above[x + 1] ?? 128) / 32,
        64 * (recent.value >> 12) + k, 32 * (r / 2) + c / 2,
      ]
      var node = 0
      repeat {
        let isYes = tables[node].code(
          symbols[index] > tree.nodes[node].split, contexts, &weights[node], coder)
        if node == 0 { history = 2 * history % 16 + (isYes ? 1 : 0) }
        node = isYes ? tree.nodes[node].yes : tree.nodes[node].no
      } while node >= 0
      let level = Int(tree.levels[-1 - node])
      row.learn(256 * level)
      recent.learn(256 * level)
      recent.count = min(recent.count, 3)
      channels[channel, default: Mean()].learn(256 * level)
      (above[x], left) = (level, level)
      decoded.append(UInt8(-1 - node))
    }
    return decoded
  }
}

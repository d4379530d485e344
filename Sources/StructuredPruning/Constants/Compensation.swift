internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// The vectors that take over the constant part of channels that go.
struct Compensation {
  /// One vector, with a number for each output there is before removal.
  struct Bias {
    let sink: BiasSink
    /// The layout of the outputs.
    let axis: AxisLayout
    let elementType: ElementType
    let numbers: [Float]
  }

  private(set) var biases: [InputPlace: Bias] = [:]

  /// No vectors: what channels add is lost with them.
  init() {}

  /// Sums up what the channels that go would have added were all their weights zero.
  ///
  /// - Throws: what reading weights throws.
  init(_ flow: ConstantFlow, _ kept: KeptIndices, _ layouts: ParameterLayouts) throws {
    for (node, readings) in flow.readings {
      guard let sink = flow.sinks[node] else { continue }
      let use = layouts.uses[sink.weight]
      let summed = use.axes[sink.summedAxis]
      let numbers = Dictionary(
        readings.map { ($0.dimension, $0.numbers) }, uniquingKeysWith: { first, _ in first })
      var constants = Array(repeating: Float(0), count: layouts.table.size(summed))
      for (id, places) in layouts.table.occurrences(in: summed) {
        guard let mask = kept.masks[id], let numbers = numbers[id] else { continue }
        for (position, index) in places
        where !mask[index] && constants[position] == 0 && numbers[index].isFinite {
          constants[position] = numbers[index]
        }
      }
      guard constants.contains(where: { $0 != 0 }) else { continue }
      let sums = try Self.products(of: use.tensor, in: layouts.model, sink, constants)
      guard let old = try Self.elements(of: sink.bias, count: sums.count, layouts.model) else {
        continue
      }
      biases[sink.place] = Bias(
        sink: sink, axis: use.axes[sink.outputAxis],
        elementType: layouts.model[use.tensor].elementType,
        numbers: zip(old, sums).map { Float(Double($0) + $1) })
    }
  }

  private static func elements(
    of bias: TensorID?, count: Int, _ model: Model
  ) throws -> [Float]? {
    guard let bias else { return Array(repeating: 0, count: count) }
    let elements = try ChannelConstants.elements(of: bias, in: model)
    return elements?.count == count ? elements : nil
  }

  /// For each output the sum over the weight's other axes of elements times `constants`, which are
  /// those of the summed axis.
  private static func products(
    of tensor: TensorID, in model: Model, _ sink: BiasSink, _ constants: [Float]
  ) throws -> [Double] {
    let shape = model[tensor].shape.dimensions
    let isOutputFirst = sink.outputAxis < sink.summedAxis
    let inner = shape.dropFirst(2).reduce(1, *)
    var sums = Array(repeating: 0.0, count: shape[sink.outputAxis])
    let stream = WeightStream(tensor, of: model, quantization: nil)
    let buffer = ValueBuffer()
    for piece in stream.pieces(of: 0..<stream.count) {
      try buffer.withValues(of: piece, in: stream) { values in
        for run in runs(of: piece, length: inner) {
          let (row, column) = (run.lowerBound / inner).quotientAndRemainder(dividingBy: shape[1])
          let constant = constants[isOutputFirst ? column : row]
          guard constant != 0 else { continue }
          for place in run {
            sums[isOutputFirst ? row : column] +=
              Double(constant) * Double(values[place - piece.lowerBound])
          }
        }
      }
    }
    return sums
  }

  /// The parts of a range that lie within multiples of a length.
  private static func runs(
    of range: Range<Int>, length: Int
  ) -> some Sequence<Range<Int>> {
    sequence(state: range.lowerBound) { (start: inout Int) -> Range<Int>? in
      guard start < range.upperBound else { return nil }
      let end = min(range.upperBound, (start / length + 1) * length)
      defer { start = end }
      return start..<end
    }
  }
}

public import LinearAlgebra

/// Sums over samples of a linear layer's inputs and of the outputs it should have.
///
/// Nothing else of the samples is kept, and the sums of two sets of samples add up. Inputs are the
/// columns of the layer's weights, outputs their rows.
public struct LayerMoments: Sendable {
  /// How many samples there were.
  public private(set) var count = 0
  private(set) var inputs: [Double]
  private(set) var outputs: [Double]
  private(set) var outputSquares: [Double]
  private(set) var gram: Matrix
  private var cross: Matrix

  /// No samples of a layer with so many inputs and outputs.
  public init(inputs: Int, outputs: Int) {
    self.inputs = [Double](repeating: 0, count: inputs)
    self.outputs = [Double](repeating: 0, count: outputs)
    outputSquares = self.outputs
    gram = Matrix(rows: inputs, columns: inputs)
    cross = Matrix(rows: outputs, columns: inputs)
  }

  /// Sums put together; of `gram` the lower triangle counts.
  init(
    count: Int, inputs: [Double], outputs: [Double], outputSquares: [Double], gram: Matrix,
    cross: Matrix
  ) {
    (self.count, self.inputs, self.outputs) = (count, inputs, outputs)
    (self.outputSquares, self.gram, self.cross) = (outputSquares, gram, cross)
  }

  /// Adds samples, one in each row of both matrices.
  public mutating func add(inputs samples: Matrix, outputs wanted: Matrix) {
    precondition(samples.rows == wanted.rows, "inputs and outputs of different samples")
    count += samples.rows
    gram.add(.transposed(samples), times: .plain(samples), isLower: true)
    samples.addRows(to: &inputs)
    add(outputs: wanted, ofInputs: samples)
  }

  /// Forgets what outputs should be; the inputs stay.
  public mutating func removeOutputs() {
    outputs = [Double](repeating: 0, count: outputs.count)
    outputSquares = outputs
    cross = Matrix(rows: cross.rows, columns: cross.columns)
  }

  /// Adds what the outputs of samples should be whose inputs are part of the sums already.
  public mutating func add(outputs wanted: Matrix, ofInputs samples: Matrix) {
    precondition(samples.rows == wanted.rows, "inputs and outputs of different samples")
    cross.add(.transposed(wanted), times: .plain(samples))
    wanted.addRows(to: &outputs)
    wanted.addSquaredRows(to: &outputSquares)
  }

  /// Adds the sums of other samples of the same layer.
  public mutating func add(_ other: LayerMoments) {
    precondition(gram.rows == other.gram.rows && cross.rows == other.cross.rows, "another layer")
    count += other.count
    for index in inputs.indices { inputs[index] += other.inputs[index] }
    for index in outputs.indices {
      outputs[index] += other.outputs[index]
      outputSquares[index] += other.outputSquares[index]
    }
    for index in gram.values.indices { gram.values[index] += other.gram.values[index] }
    for index in cross.values.indices { cross.values[index] += other.cross.values[index] }
  }
}

extension LayerMoments {
  /// The means of the inputs.
  public var inputMeans: [Double] { inputs.map { $0 / samples } }

  /// The means of the outputs.
  public var outputMeans: [Double] { outputs.map { $0 / samples } }

  /// The roots of the inputs' mean squares, which `ActivationMagnitude` weighs by.
  public var inputNorms: [Double] { gram.diagonal.map { max(0, $0 / samples).squareRoot() } }

  /// The mean squares of the outputs.
  var outputMeanSquares: [Double] { outputSquares.map { $0 / samples } }

  /// The variances of the outputs.
  public var outputVariances: [Double] {
    zip(outputSquares, outputMeans).map { max(0, $0 / samples - $1 * $1) }
  }

  /// The covariances of the inputs.
  var inputCovariance: Matrix {
    let means = inputMeans
    var result = Matrix(rows: inputs.count, columns: inputs.count)
    for row in 0..<inputs.count {
      for column in 0...row {
        result[row, column] = gram[row, column] / samples - means[row] * means[column]
      }
    }
    result.mirrorLower()
    return result
  }

  /// The covariances of outputs (rows) and inputs (columns).
  var crossCovariance: Matrix {
    let (rowMeans, columnMeans) = (outputMeans, inputMeans)
    var result = cross
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        result[row, column] = cross[row, column] / samples - rowMeans[row] * columnMeans[column]
      }
    }
    return result
  }

  /// The means of products of two inputs.
  var inputProducts: Matrix {
    var result = Matrix(rows: inputs.count, columns: inputs.count, gram.values.map { $0 / samples })
    result.mirrorLower()
    return result
  }

  /// The means of products of an output (rows) and an input (columns).
  var crossProducts: Matrix {
    Matrix(rows: cross.rows, columns: cross.columns, cross.values.map { $0 / samples })
  }

  /// The variances of what weights make of the inputs.
  public func outputVariances(of weights: Matrix) -> [Double] {
    let product = Matrix.product(.plain(weights), .plain(inputCovariance))
    return (0..<weights.rows).map { row in
      max(0, zip(weights.row(row), product.row(row)).reduce(0) { $0 + $1.0 * $1.1 })
    }
  }

  /// False when a sum is infinite or no number.
  public var isFinite: Bool {
    gram.diagonal.allSatisfy(\.isFinite) && outputSquares.allSatisfy(\.isFinite)
      && cross.values.allSatisfy(\.isFinite)
  }

  private var samples: Double { Double(max(count, 1)) }
}

/// The places of some positions along an axis, in the order of the result.
func places(of shape: [Int], _ axis: Int, _ positions: [Int]) -> [Int] {
  let inner = shape[(axis + 1)...].reduce(1, *)
  let outer = shape[..<axis].reduce(1, *)
  return (0..<outer).flatMap { round in
    positions.flatMap { position in
      (0..<inner).map { (round * shape[axis] + position) * inner + $0 }
    }
  }
}

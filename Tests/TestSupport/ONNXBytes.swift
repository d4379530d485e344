/// Little ONNX models written field by field; the numbers are those of onnx.proto.
public enum ONNXBytes {
  /// A model with the tensors as its initializers, each read by one node.
  public static func model(_ tensors: [[UInt8]], names: [String]) -> [UInt8] {
    WireBytes { model in
      model.int(1, 8)
      model.message(8) { $0.int(2, 17) }
      model.message(7) { graph in
        for (index, name) in names.enumerated() {
          graph.message(1) { node in
            node.text(1, "x\(index)")
            node.text(1, name)
            node.text(2, "x\(index + 1)")
            node.text(4, "Add")
          }
        }
        graph.text(2, "g")
        for tensor in tensors { graph.data(5, tensor) }
        graph.message(11) { $0.text(1, "x0") }
        graph.message(12) { $0.text(1, "x\(names.count)") }
      }
    }.bytes
  }

  /// A tensor whose contents stand in raw_data; `type` is an ONNX data type, 1 for float32.
  public static func tensor(_ name: String, type: Int = 1, dims: [Int], raw: [UInt8]) -> [UInt8] {
    WireBytes { tensor in
      for dim in dims { tensor.int(1, Int64(dim)) }
      tensor.int(2, Int64(type))
      tensor.text(8, name)
      tensor.data(9, raw)
    }.bytes
  }
}

import ByteStorage
import Inference
import ModelGraph
import Reconstruction
import Testing

@testable import Calibration

@Suite struct WindowTests {
  private func node(_ attributes: [Attribute]) -> Node {
    Node(operatorType: "Conv", inputs: ["x", "w"], outputs: ["y"], attributes: attributes)
  }

  /// The formulas of the ONNX specification of Conv, one axis.
  @Test("Outputs and padding follow the specification")
  func sizes() throws {
    for kernel in 1...4 {
      for stride in 1...3 {
        for dilation in 1...2 {
          for size in 1...9 {
            try check(kernel, stride, dilation, size)
          }
        }
      }
    }
  }

  private func check(_ kernel: Int, _ stride: Int, _ dilation: Int, _ size: Int) throws {
    let common = [
      Attribute(name: "strides", value: .ints([Int64(stride)])),
      Attribute(name: "dilations", value: .ints([Int64(dilation)])),
    ]
    let reach = (kernel - 1) * dilation + 1
    let plain = try #require(
      WindowAttributes(
        node(common + [Attribute(name: "pads", value: .ints([1, 2]))]), kernel: [kernel]))
    let count = (size + 3 - reach) >= 0 ? (size + 3 - reach) / stride + 1 : 0
    #expect((plain.windows(over: [size])?.outputs ?? [0]) == [count])
    for (mode, isLower) in [("SAME_UPPER", false), ("SAME_LOWER", true)] {
      let same = try #require(
        WindowAttributes(
          node(common + [Attribute(name: "auto_pad", value: .string(.init(mode)))]),
          kernel: [kernel]))
      let windows = try #require(same.windows(over: [size]))
      let outputs = (size + stride - 1) / stride
      let total = max(0, (outputs - 1) * stride + reach - size)
      #expect(windows.outputs == [outputs])
      #expect(windows.windows.padding == [isLower ? (total + 1) / 2 : total / 2])
    }
  }

  @Test("Attributes that contradict the kernel are refused")
  func contradictions() {
    for attribute in [
      Attribute(name: "strides", value: .ints([1])),
      Attribute(name: "strides", value: .ints([1, 0])),
      Attribute(name: "dilations", value: .ints([1, -1])),
      Attribute(name: "pads", value: .ints([1, 1])),
    ] {
      #expect(WindowAttributes(node([attribute]), kernel: [3, 3]) == nil)
    }
  }

  @Test("Groups of a pattern are channels at one place of the kernel, each input in one")
  func patternGroups() throws {
    let attributes = try #require(WindowAttributes(node([]), kernel: [2, 2]))
    let layer = LinearLayer(
      node: 0, name: "y", tensor: TensorID(0), input: "x", output: "y", form: .windows(attributes),
      groups: 1, rows: 3, columns: 32, rowStride: 32, columnStride: 1, bias: .none)
    let groups = layer.patternGroups(of: 4)
    #expect(groups.count == 8)
    #expect(groups.flatMap(\.self).sorted() == Array(0..<32))
    #expect(groups.allSatisfy { group in Set(group.map { $0 % 4 }).count == 1 })
  }

  @Test("Numbers are packed to the nearest that a type has")
  func packing() throws {
    for bits in stride(from: UInt16(0), to: 0x7C00, by: 7) {
      let value = Double(Float16(bitPattern: bits))
      #expect(NumericArray.packed([value], .float16) == [UInt8(bits & 0xFF), UInt8(bits >> 8)])
    }
    for (value, bits) in [
      (1.0, 0x3F80), (1 + 1 / 256.0, 0x3F80), (1 + 3 / 256.0, 0x3F82), (-0.0, 0),
    ] {
      #expect(NumericArray.packed([value], .bfloat16) == [UInt8(bits & 0xFF), UInt8(bits >> 8)])
    }
    #expect(NumericArray.packed([-0.0], .float32) == [0, 0, 0, 0])
  }
}

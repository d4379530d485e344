"""Channels that are constants: they go, a bias takes them over, and no output changes."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import run

WIDTH, DEAD = 12, 5
# Everything whose value for a constant is known, with attributes that differ from the defaults.
ACTIVATIONS = {
    "Abs": {}, "Ceil": {}, "Celu": {"alpha": 0.7}, "Cos": {}, "Elu": {"alpha": 1.3}, "Erf": {},
    "Exp": {}, "Floor": {}, "Gelu": {"approximate": "tanh"}, "HardSigmoid": {"alpha": 0.3},
    "HardSwish": {}, "Identity": {}, "LeakyRelu": {"alpha": 0.2}, "Mish": {}, "Neg": {},
    "Reciprocal": {}, "Relu": {}, "Round": {}, "Selu": {}, "Sigmoid": {}, "Sign": {}, "Sin": {},
    "Softplus": {}, "Softsign": {}, "Tanh": {}, "ThresholdedRelu": {"alpha": 0.1},
}  # fmt: skip


class Network:
    """A network in the making."""

    def __init__(self, shape, dtype=np.float32):
        self.rng, self.dtype = np.random.default_rng(3), dtype
        self.nodes, self.constants, self.shape, self.count = [], [], shape, 0

    def random(self, *shape):
        return (self.rng.standard_normal(shape) * 0.5).astype(self.dtype)

    def without(self, values, axis=0):
        """The numbers with zeros for the channels that are to go."""
        np.moveaxis(values, axis, 0)[:DEAD] = 0
        return values

    def constant(self, values):
        self.constants.append(numpy_helper.from_array(values, f"c{len(self.constants)}"))
        return self.constants[-1].name

    def node(self, operator, inputs, **attributes):
        names = [self.constant(i) if isinstance(i, np.ndarray) else i for i in inputs]
        self.count += 1
        self.nodes.append(helper.make_node(operator, names, [f"v{self.count}"], **attributes))
        return f"v{self.count}"

    def save(self, path, output):
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        image = helper.make_tensor_value_info("x", kind, self.shape)
        result = helper.make_tensor_value_info(output, kind, None)
        graph = helper.make_graph(self.nodes, "g", [image], [result], self.constants)
        operators = [helper.make_opsetid("", 22)]
        model = helper.make_model(graph, opset_imports=operators, ir_version=10)
        onnx.save(onnx.shape_inference.infer_shapes(model), path)


def outputs(path, shape, dtype):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    data = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    return session.run(None, {"x": data})[0].astype(np.float64)


def pruned(network, output, folder, *options):
    """The report, and both models' outputs."""
    before, after, report = folder / "a.onnx", folder / "b.onnx", folder / "r.json"
    network.save(before, output)
    run(before, after, "-q", "--report", report, *options).succeeded()
    onnx.checker.check_model(onnx.load(after), full_check=True)
    same = [outputs(path, network.shape, network.dtype) for path in (before, after)]
    return json.loads(report.read_text())["channels"], *same


def dense(network, activate, last="Gemm"):
    hidden = network.node(
        "Gemm", ["x", network.without(network.random(WIDTH, 4)), network.random(WIDTH)], transB=1
    )
    hidden = activate(hidden)
    if last == "Gemm":
        return network.node(
            "Gemm", [hidden, network.random(WIDTH, 3), network.random(3)], transB=0
        )
    product = network.node("MatMul", [hidden, network.random(WIDTH, 3)])
    return network.node("Add", [network.random(3), product])


def folded(found, count=1):
    channels, before, after = found
    assert (channels["removed"], channels["foldedBiases"]) == (DEAD, count)
    np.testing.assert_allclose(after, before, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_bias_behind_an_activation(name, tmp_path):
    network = Network([7, 4])
    output = dense(network, lambda x: network.node(name, [x], **ACTIVATIONS[name]))
    folded(pruned(network, output, tmp_path, "--dead"))


def test_a_product_and_its_sum(tmp_path):
    network = Network([7, 4])
    output = dense(network, lambda x: network.node("Relu", [x]), last="MatMul")
    folded(pruned(network, output, tmp_path, "--dead"))


def test_a_gate_of_two_constants(tmp_path):
    network = Network([7, 4])
    swish = lambda x: network.node("Mul", [x, network.node("Sigmoid", [x])])
    output = dense(network, lambda x: network.node("Clip", [swish(x)]))
    folded(pruned(network, output, tmp_path, "--dead"))


def test_half_precision(tmp_path):
    network = Network([7, 4], np.float16)
    channels, before, after = pruned(
        network, dense(network, lambda x: network.node("Relu", [x])), tmp_path, "--dead"
    )
    assert (channels["removed"], channels["foldedBiases"]) == (DEAD, 1)
    np.testing.assert_allclose(after, before, atol=5e-3)


@pytest.mark.parametrize("offset", [0, 7])
def test_quantised_biases(offset, tmp_path):
    """Zeros stand for zero only without an offset."""
    network = Network([7, 4])
    weight = network.without(network.random(WIDTH, 4))
    bias = np.where(np.arange(WIDTH) < DEAD, 0, 3).astype(np.int8)
    quantisation = [np.array(0.5, np.float32), np.array(offset, np.int8)]
    bias = network.node("DequantizeLinear", [bias, *quantisation])
    hidden = network.node("Tanh", [network.node("Gemm", ["x", weight, bias], transB=1)])
    output = network.node("Gemm", [hidden, network.random(WIDTH, 3)])
    channels, before, after = pruned(network, output, tmp_path, "--dead")
    assert channels["removed"] == (0 if offset else DEAD)
    np.testing.assert_allclose(after, before, atol=1e-5)


def normalized(network, kernel, **attributes):
    """A convolution, a normalisation that shuts channels, and a convolution without a bias."""
    made = network.node("Conv", ["x", network.random(WIDTH, 3, 3, 3)], pads=[1, 1, 1, 1])
    statistics = [network.random(WIDTH), network.random(WIDTH), abs(network.random(WIDTH)) + 0.1]
    scale = network.without(network.random(WIDTH))
    made = network.node("BatchNormalization", [made, scale, *statistics])
    pooled = network.node("MaxPool", [network.node("Relu", [made])], kernel_shape=[2, 2])
    weight = network.random(5, WIDTH, kernel, kernel)
    return network.node("Conv", [pooled, weight], **attributes)


@pytest.mark.parametrize("kernel", [1, 3])
def test_a_normalisation_that_shuts_channels(kernel, tmp_path):
    network = Network([2, 3, 9, 9])
    folded(pruned(network, normalized(network, kernel), tmp_path, "--dead"))


def test_a_convolution_that_reaches_over_the_edge_keeps_its_constants(tmp_path):
    network = Network([2, 3, 9, 9])
    output = normalized(network, 3, pads=[1, 1, 1, 1])
    channels, before, after = pruned(network, output, tmp_path, "--dead")
    # What the rectifier makes zero may go all the same.
    assert channels["removed"] < DEAD
    assert channels["foldedBiases"] == 0
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_folding_all_is_what_zero_weights_would_give(tmp_path):
    network = Network([7, 4])
    first, bias = network.random(WIDTH, 4), network.random(WIDTH)
    hidden = network.node("Tanh", [network.node("Gemm", ["x", first, bias], transB=1)])
    output = network.node("Gemm", [hidden, network.random(WIDTH, 3)])
    report, _, after = pruned(network, output, tmp_path, "--channels", "0.5", "--fold-biases")
    (group,) = [row for row in report["groups"] if row.get("kept")]
    first[[index for index in range(WIDTH) if index not in group["kept"]]] = 0
    network.constants[0].CopyFrom(numpy_helper.from_array(first, "c0"))
    network.save(tmp_path / "zeroed.onnx", output)
    expected = outputs(tmp_path / "zeroed.onnx", network.shape, np.float32)
    np.testing.assert_allclose(after, expected, atol=1e-5)

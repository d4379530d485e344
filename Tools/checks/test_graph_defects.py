"""Graphs that cannot be followed, or only in part: what removing channels answers."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import channel_oracles
from support import run

RNG = np.random.default_rng(0)
WIDE = numpy_helper.from_array(RNG.standard_normal((4, 8)).astype(np.float32), "w")
NARROW = numpy_helper.from_array(RNG.standard_normal((8, 4)).astype(np.float32), "w2")


def vector(name, size):
    return numpy_helper.from_array(np.ones(size, np.float32), name)


def save(folder, nodes, constants=(), functions=()):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "g", [value("x", TensorProto.FLOAT, [1, 4])],
        [value("y", TensorProto.FLOAT, None)], list(constants),
    )  # fmt: skip
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    path = folder / "in.onnx"
    onnx.save(helper.make_model(graph, opset_imports=sets, functions=functions, ir_version=9), path)
    return path


def prune(path, *options):
    return run(path, path.with_name("out.onnx"), *(options or ("--channels", "0.5")))


def refused(path, *words):
    result = prune(path)
    assert result.code == 65
    assert all(word in result.stderr for word in words), result.stderr
    assert not path.with_name("out.onnx").exists()


def test_a_loop_is_printed(tmp_path):
    add = helper.make_node("Add", ["x", "b"], ["a"], name="A")
    relu = helper.make_node("Relu", ["a"], ["b"], name="B")
    end = helper.make_node("Relu", ["a"], ["y"])
    refused(save(tmp_path, [add, relu, end]), "E-GRAPH-001", "B -> A -> B")


def test_a_value_nobody_makes_is_named_with_the_nearest(tmp_path):
    node = helper.make_node("MatMul", ["x", "weigth"], ["y"], name="A")
    path = save(tmp_path, [node], [numpy_helper.from_array(np.ones((4, 4), np.float32), "weight")])
    refused(path, "E-GRAPH-002", '"weigth"', '"weight"')


def test_nodes_out_of_order_are_put_in_order(tmp_path):
    path = save(
        tmp_path,
        [helper.make_node("MatMul", ["h", "w2"], ["y"]), helper.make_node("MatMul", ["x", "w"], ["h"])],
        [WIDE, NARROW],
    )  # fmt: skip
    result = prune(path).succeeded()
    assert "put in order" in result.stderr
    pruned = onnx.load(path.with_name("out.onnx"))
    channel_oracles.run(pruned, {"x": np.ones((1, 4), np.float32)})
    assert {tuple(i.dims) for i in pruned.graph.initializer} == {(4, 4)}


def test_a_function_that_calls_itself_is_refused(tmp_path):
    call = helper.make_node("F", ["a"], ["b"], domain="f")
    function = helper.make_function("f", "F", ["a"], ["b"], [call], [helper.make_opsetid("f", 1)])
    node = helper.make_node("F", ["x"], ["y"], domain="f")
    refused(save(tmp_path, [node], functions=[function]), "E-GRAPH-003", "F -> F")


def test_vectors_of_different_lengths_are_refused(tmp_path):
    node = helper.make_node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], name="bn")
    vectors = [vector(name, 3 if name == "m" else 4) for name in "sbmv"]
    refused(save(tmp_path, [node], vectors), "E-GRAPH-004", '"bn"')


def test_an_unknown_operator_keeps_what_it_touches_and_says_so(tmp_path):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Foo", ["h"], ["k"], domain="f"),
        helper.make_node("MatMul", ["k", "w2"], ["y"]),
    ]
    path = save(tmp_path, nodes, [WIDE, NARROW])
    result = prune(path).succeeded()
    assert "there is no rule for the operator" in result.stderr
    assert path.with_name("out.onnx").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("options", [("--channels", "0.5"), ("--dead",), ("--layers", "3")])
def test_a_model_with_nothing_to_remove_passes_as_it_is(options, tmp_path):
    path = save(tmp_path, [helper.make_node("Relu", ["x"], ["y"])])
    result = prune(path, *options).succeeded()
    assert "no " in result.stderr and "removed" in result.stderr
    assert path.with_name("out.onnx").read_bytes() == path.read_bytes()


def test_everything_asked_for_leaves_the_minimum(tmp_path):
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("MatMul", ["h", "w2"], ["y"])]
    path = save(tmp_path, nodes, [WIDE, NARROW])
    prune(path, "--channels", "1", "--min-channels", "3").succeeded()
    shapes = {i.name: tuple(i.dims) for i in onnx.load(path.with_name("out.onnx")).graph.initializer}
    assert shapes == {"w": (4, 3), "w2": (3, 4)}


def test_an_input_that_may_replace_a_weight_keeps_its_shape(tmp_path):
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("MatMul", ["h", "w2"], ["y"])]
    path = save(tmp_path, nodes, [WIDE, NARROW])
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [4, 8]))
    onnx.save(model, path)
    result = prune(path).succeeded()
    assert "can be given as an input" in result.stderr

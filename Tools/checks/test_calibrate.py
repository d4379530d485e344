"""Pruning by what layers read, against ONNX Runtime and labelled data."""

import json
import os
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import BINARY, RUNTIME, one_object, run, shared

CLASSES = 10


@pytest.fixture(autouse=True)
def runtime(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


# MARK: a small network of every kind of layer


def small_network(path, element_type=TensorProto.FLOAT):
    """Convolutions, plain, strided, grouped and depthwise, a sum, and matrices, with random weights."""
    source = np.random.default_rng(3)

    def constant(name, *sizes):
        scale = 1 / np.sqrt(np.prod(sizes[1:]) or 1)
        values = (source.standard_normal(sizes) * scale).astype(np.float32)
        return numpy_helper.from_array(values, name)

    weights = [
        constant("first", 8, 3, 3, 3), constant("plain", 16, 8, 3, 3), constant("strided", 16, 8, 1, 1),
        constant("grouped", 16, 4, 3, 3), constant("depthwise", 16, 1, 5, 5), constant("bias", 16),
        constant("matrix", 16, 24), constant("added", 24), constant("last", 24, 10),
    ]
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "first"], ["a"], auto_pad="SAME_UPPER"), node("Relu", ["a"], ["ra"]),
        node("Conv", ["ra", "plain", "bias"], ["b"], pads=[1, 1, 1, 1], strides=[2, 2], name="plain"),
        node("Conv", ["ra", "strided"], ["c"], strides=[2, 2], name="strided"),
        node("Add", ["b", "c"], ["s"]), node("Relu", ["s"], ["rs"]),
        node("Conv", ["rs", "grouped"], ["g"], group=4, dilations=[2, 2], pads=[2, 2, 2, 2], name="grouped"),
        node("Relu", ["g"], ["rg"]),
        node("Conv", ["rg", "depthwise"], ["d"], group=16, auto_pad="SAME_LOWER", name="depthwise"),
        node("Relu", ["d"], ["rd"]),
        node("GlobalAveragePool", ["rd"], ["p"]), node("Flatten", ["p"], ["f"]),
        node("MatMul", ["f", "matrix"], ["m"], name="matrix"), node("Add", ["m", "added"], ["ma"]),
        node("Relu", ["ma"], ["rm"]), node("MatMul", ["rm", "last"], ["y"], name="last"),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "small", [value("x", TensorProto.FLOAT, ["n", 3, 12, 12])],
        [value("y", TensorProto.FLOAT, ["n", 10])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def samples(count, seed):
    """Images with edges: neighbours depend on each other, as in real ones."""
    source = np.random.default_rng(seed)
    noise = source.standard_normal((count, 3, 12, 12))
    return (noise.cumsum(2).cumsum(3) / 6).astype(np.float32)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_network(folder / "model.onnx")
    np.savez(folder / "samples.npz", x=samples(300, 1))
    return folder


def distance(folder, path, seed=2):
    """The mean squared error of the outputs, as a share of their variance."""
    x = samples(200, seed)
    dense = session(folder / "model.onnx").run(None, {"x": x})[0]
    other = session(path).run(None, {"x": x})[0]
    return ((dense - other) ** 2).mean() / dense.var()


def weights_of(path):
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}


@pytest.mark.parametrize("method", ["admm", "sparsegpt", "obs", "wanda", "ria", "magnitude"])
def test_every_method_beats_plain_pruning_on_other_samples(method, small, tmp_path):
    run(small / "model.onnx", tmp_path / "plain.onnx", "--sparsity", "0.6", "--only", "size:>=256",
        "--except", "first", "--except", "last").succeeded()
    run(small / "model.onnx", tmp_path / "fitted.onnx", "--sparsity", "0.6", "--method", method,
        "--calibrate", small / "samples.npz").succeeded()
    plain, fitted = (distance(small, tmp_path / f"{name}.onnx") for name in ("plain", "fitted"))
    assert fitted < 0.6 * plain
    for name, values in weights_of(tmp_path / "fitted.onnx").items():
        if name in ("plain", "grouped", "depthwise", "matrix"):
            assert (values == 0).sum() == round(0.6 * values.size), name
        if name in ("first", "last"):
            assert (values == 0).sum() == 0, f"{name} is at an end and stays dense"


def test_patterns_hold_along_input_channels(small, tmp_path):
    run(small / "model.onnx", tmp_path / "a.onnx", "--pattern", "2:4", "--calibrate",
        small / "samples.npz").succeeded()
    weights = weights_of(tmp_path / "a.onnx")
    for name in ("plain", "grouped"):
        kept = (weights[name] != 0).reshape(16, -1, 4, 9).sum(2)
        assert (kept == 2).all(), name
    assert ((weights["matrix"] != 0).reshape(4, 4, 24).sum(1) == 2).all()


def shares_by_outliers(source, given, folder):
    done = run(source, folder / "out.onnx", "-f", "--json", "--sparsity", "60%", "--scope", "owl", "--calibrate", given)
    report = one_object(done.succeeded().stdout)["pruning"]
    assert report["pruned"] == round(0.6 * report["weights"])
    return {row["name"]: row["pruned"] / row["elements"] for row in report["tensors"]}


def test_layers_with_other_shares_of_outliers_have_other_sparsities(small, tmp_path):
    model, inputs, sums = small / "model.onnx", small / "samples.npz", tmp_path / "sums.spmstats"
    run("calibrate", model, "--data", inputs, "-o", sums).succeeded()
    shares = shares_by_outliers(model, inputs, tmp_path)
    assert len(shares) == 4 and shares == shares_by_outliers(model, sums, tmp_path)
    assert max(shares.values()) - min(shares.values()) == pytest.approx(0.16, abs=0.01)


def test_the_scope_by_outliers_asks_for_samples(small, tmp_path):
    failed = run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "60%", "--scope", "owl")
    assert failed.code == 64 and "E-PRUNE-009" in failed.stderr and "--calibrate" in failed.stderr
    assert not (tmp_path / "out.onnx").exists()


def test_statistics_alone_keep_the_zeros_of_plain_pruning(small, tmp_path):
    run(small / "model.onnx", tmp_path / "a.onnx", "--sparsity", "0.6", "--repair", "statistics",
        "--calibrate", small / "samples.npz").succeeded()
    run(small / "model.onnx", tmp_path / "b.onnx", "--sparsity", "0.6", "--repair", "none", "--method",
        "magnitude", "--calibrate", small / "samples.npz").succeeded()
    first, second = (weights_of(tmp_path / f"{name}.onnx") for name in "ab")
    for name in first.keys() & second.keys():
        assert ((first[name] == 0) == (second[name] == 0)).all() or "bias" in name or name == "added"


def test_the_report_tells_each_layer(small, tmp_path):
    done = run(small / "model.onnx", tmp_path / "a.spm", "--sparsity", "0.7", "--json", "--calibrate",
               small / "samples.npz").succeeded()
    report = json.loads(done.stdout)["calibration"]
    assert report["samples"] == 300
    rows = {row["name"]: row for row in report["layers"]}
    assert rows.keys() >= {"plain", "grouped", "matrix"}
    assert all(0 <= row["error"] <= row["plainError"] for row in rows.values())
    assert rows["matrix"]["samples"] == 300


def test_equal_requests_give_equal_files(small, tmp_path):
    for name, threads in (("a", "1"), ("b", "2")):
        run(small / "model.onnx", tmp_path / f"{name}.onnx", "--sparsity", "0.5", "--threads", threads,
            "--calibrate", small / "samples.npz", "--samples", "100").succeeded()
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_samples_of_several_files_are_one_set(small, tmp_path):
    x = samples(300, 1)
    np.savez(tmp_path / "one.npz", x=x[:120])
    np.savez(tmp_path / "two.npz", x=x[120:])
    run(small / "model.onnx", tmp_path / "a.onnx", "--sparsity", "0.5", "--calibrate", tmp_path / "one.npz",
        "--calibrate", tmp_path / "two.npz").succeeded()
    run(small / "model.onnx", tmp_path / "b.onnx", "--sparsity", "0.5", "--calibrate",
        small / "samples.npz").succeeded()
    first, second = (weights_of(tmp_path / f"{name}.onnx") for name in "ab")
    for name in first:
        assert np.allclose(first[name], second[name], rtol=1e-3, atol=1e-4), name


# MARK: bad samples


def array(shape=(8, 3, 12, 12), fill=None, dtype=np.float32):
    if fill is not None:
        return np.full(shape, fill, dtype)
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def with_nan():
    values = array()
    values[3, 1, 2, 2] = np.nan
    return values


@pytest.mark.parametrize("arrays, code", [
    ({"z": array(), "q": array()}, "E-NPY"),
    ({"x": array((8, 4, 12, 12))}, "E-RUN-012"),
    ({"x": array(dtype=np.float64)}, "E-RUN-012"),
    ({"x": array((0, 3, 12, 12))}, "E-VER-003"),
    ({"x": with_nan()}, "E-CAL-002"),
    ({"x": array(fill=0)}, "E-CAL-003"),
], ids=["name", "shape", "type", "none", "nan", "zeros"])
def test_bad_samples_are_refused_and_nothing_is_written(arrays, code, small, tmp_path):
    np.savez(tmp_path / "bad.npz", **arrays)
    done = run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", "--calibrate",
               tmp_path / "bad.npz")
    assert done.code == 65, done.stderr
    assert code in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.npz"]


def test_objects_are_never_unpickled(small, tmp_path):
    np.savez(tmp_path / "bad.npz", x=np.array([{"a": 1}], dtype=object))
    done = run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", "--calibrate",
               tmp_path / "bad.npz")
    assert done.code == 65


def test_one_sample_is_enough_to_run_and_is_warned_of(small, tmp_path):
    np.savez(tmp_path / "one.npz", x=samples(1, 4))
    done = run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", "--calibrate",
               tmp_path / "one.npz").succeeded()
    assert "more samples would fit it better" in done.stderr
    outputs = session(tmp_path / "out.onnx").run(None, {"x": samples(4, 5)})[0]
    assert np.isfinite(outputs).all()


def test_dead_inputs_and_equal_ones_do_no_harm(small, tmp_path):
    x = samples(64, 6)
    x[:, 1] = x[:, 0]
    x[:, 2] = 0
    np.savez(tmp_path / "dead.npz", x=x)
    run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", "--protect", "none", "--calibrate",
        tmp_path / "dead.npz").succeeded()
    assert np.isfinite(session(tmp_path / "out.onnx").run(None, {"x": samples(4, 5)})[0]).all()


def test_options_without_samples_are_wrong_use(small, tmp_path):
    for words in (["--method", "admm"], ["--repair", "refit"], ["--samples", "9"]):
        done = run(small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", *words)
        assert done.code == 64
    done = run(small / "model.onnx", tmp_path / "out.onnx", "--calibrate", small / "samples.npz")
    assert done.code == 64


def test_without_a_runtime_the_answer_says_how_to_get_one(small, tmp_path):
    words = [BINARY, small / "model.onnx", tmp_path / "out.onnx", "--sparsity", "0.5", "--calibrate",
             small / "samples.npz"]
    done = subprocess.run(
        words, capture_output=True, text=True,
        env={**os.environ, "SPARSIFY_ONNXRUNTIME": str(tmp_path / "none.so")})
    assert done.returncode == 69
    assert "E-RUN-002" in done.stderr and "pip install onnxruntime" in done.stderr


# MARK: trained networks


def cifar(name):
    with np.load(shared("corpus", "data", name)) as data:
        images, labels = data["images"].astype(np.float32) / 255, data["labels"]
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    deviation = np.array([0.229, 0.224, 0.225], np.float32)
    return np.ascontiguousarray(((images - mean) / deviation).transpose(0, 3, 1, 2)), labels


def accuracy(path, images, labels):
    model = session(path)
    name = model.get_inputs()[0].name
    batches = [model.run(None, {name: images[i:i + 100]})[0] for i in range(0, len(images), 100)]
    return 100 * (np.concatenate(batches).argmax(1) == labels).mean()


@pytest.fixture(scope="module")
def cifar_samples(tmp_path_factory):
    path = tmp_path_factory.mktemp("cifar") / "samples.npz"
    np.savez(path, input=cifar("cifar10_calibration2000.npz")[0])
    return path


@pytest.mark.parametrize("model, words, least", [
    ("bn", ["--sparsity", "0.8"], 77.5),
    ("folded", ["--sparsity", "0.9"], 70.5),
    ("bn", ["--sparsity", "0.7", "--repair", "statistics"], 71.5),
], ids=["80 %", "90 %, folded", "70 %, statistics"])
def test_a_residual_network_keeps_its_accuracy(model, words, least, cifar_samples, tmp_path):
    """A draw of samples moves the accuracy by a point: the bounds are a point below the means."""
    images, labels = cifar("cifar10_test2000.npz")
    done = run(shared("corpus", "models", f"cifar_resnet20_{model}.onnx"), tmp_path / "out.onnx", *words,
               "--calibrate", cifar_samples, timeout=300, memory=400 << 20)
    done.succeeded()
    assert accuracy(tmp_path / "out.onnx", images, labels) >= least

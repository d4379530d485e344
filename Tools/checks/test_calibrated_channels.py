"""Channels removed by what layers read, and the layers fitted anew: small models of known answers, and a
real network that has to keep its accuracy."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import RUNTIME, one_object, run, shared

CRITERIA = ["obs", "thinet", "lasso", "flap", "activation", "apoz"]


@pytest.fixture(autouse=True)
def library(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))


def convert(source, target, *options, code=0):
    done = run(source, target, "-f", "--json", *options, timeout=300)
    assert done.code == code, done.stderr
    return one_object(done.stdout) if code == 0 else done


def answers(path, **inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


def network(path, weights, inputs, nodes, output):
    """A model of float32 constants; `inputs` and `output` are (name, shape)."""
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in [inputs, output]
    ]
    tensors = [numpy_helper.from_array(w.astype(np.float32), n) for n, w in weights.items()]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def spare_units(path, copies=True):
    """A perceptron of eight hidden units of which four are sums of the others before a bias, or noise."""
    numbers = np.random.default_rng(5)
    first = numbers.normal(size=(6, 8))
    if copies:
        first[:, 4:] = first[:, :4] * [0.5, 2, 1, 3]  # the same but for a factor: no sign changes
    second = numbers.normal(size=(8, 3))
    network(
        path, {"w1": first, "w2": second, "b2": numbers.normal(size=3)}, ("x", ["n", 6]),
        [
            helper.make_node("MatMul", ["x", "w1"], ["h"]),
            helper.make_node("Relu", ["h"], ["r"]),
            helper.make_node("MatMul", ["r", "w2"], ["m"]),
            helper.make_node("Add", ["m", "b2"], ["y"]),
        ],
        ("y", ["n", 3]),
    )  # fmt: skip


def samples(path, shape=(256, 6), seed=1, name="x"):
    array = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    np.savez(path, **{name: array})
    return array


def test_units_that_others_make_up_for_go_without_loss(tmp_path):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    spare_units(model)
    array = samples(data)
    report = convert(model, tmp_path / "o.onnx", "--channels", "0.5", "--calibrate", data)
    assert report["channels"]["removed"] == 4
    (row,) = report["calibration"]["channels"]
    assert row["removed"] == 4 and row["error"] < 5e-3 and row["error"] <= row["plainError"]
    kept = next(g["kept"] for g in report["channels"]["groups"] if g.get("kept"))
    assert sorted(k % 4 for k in kept) == [0, 1, 2, 3]
    dense, pruned = answers(model, x=array), answers(tmp_path / "o.onnx", x=array)
    assert np.mean((dense - pruned) ** 2) < 5e-3 * np.var(dense)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_repairs_better_than_weights_alone(tmp_path, criterion):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    spare_units(model, copies=False)
    array = samples(data)
    options = ["--channels", "0.375", "--channel-criterion", criterion, "--calibrate", data]
    report = convert(model, tmp_path / "o.onnx", *options)
    convert(model, tmp_path / "plain.onnx", "--channels", "0.375")
    fresh = samples(tmp_path / "y.npz", seed=2)
    dense = answers(model, x=fresh)
    error, plain = (
        np.mean((dense - answers(tmp_path / name, x=fresh)) ** 2) for name in ("o.onnx", "plain.onnx")
    )
    assert error < plain
    assert report["calibration"]["samples"] == len(array)
    convert(model, tmp_path / "o.spm", *options)
    inspected = one_object(run("inspect", tmp_path / "o.spm", "--json").succeeded().stdout)
    history = inspected["report"]["history"]
    assert [entry["action"] for entry in history[:2]] == ["prune channels", "calibrate channels"]
    assert criterion in json.dumps(history[0])


def test_channels_that_a_grouped_convolution_reads_are_judged(tmp_path):
    """Of each group's channels two are sums of the others, which the fitted reader can make up for."""
    numbers = np.random.default_rng(7)
    first = numbers.normal(size=(8, 3, 1, 1))
    first[[2, 3]], first[[6, 7]] = first[[0, 1]] * 2, first[[4, 5]] * 0.5
    network(
        tmp_path / "a.onnx",
        {"w1": first, "w2": numbers.normal(size=(6, 4, 3, 3)), "b2": numbers.normal(size=6),
         "w3": numbers.normal(size=(2, 6, 1, 1))},
        ("x", ["n", 3, 6, 6]),
        [
            helper.make_node("Conv", ["x", "w1"], ["h"]), helper.make_node("Relu", ["h"], ["r"]),
            helper.make_node("Conv", ["r", "w2", "b2"], ["g"], group=2),
            helper.make_node("Relu", ["g"], ["s"]), helper.make_node("Conv", ["s", "w3"], ["y"]),
        ],
        ("y", ["n", 2, 4, 4]))  # fmt: skip
    x = numbers.normal(size=(64, 3, 6, 6)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x)
    report = convert(
        tmp_path / "a.onnx", tmp_path / "b.onnx", "--channels", "50%", "--only", "w1", "--protect", "none",
        "--calibrate", tmp_path / "x.npz")
    shapes = {t.name: list(t.dims) for t in onnx.load(tmp_path / "b.onnx").graph.initializer}
    assert (shapes["w1"], shapes["w2"]) == ([4, 3, 1, 1], [6, 2, 3, 3]), report["channels"]
    convert(tmp_path / "a.onnx", tmp_path / "plain.onnx", "--channels", "50%", "--only", "w1")
    dense, small, plain = (answers(tmp_path / name, x=x) for name in ("a.onnx", "b.onnx", "plain.onnx"))
    fitted, left = (np.linalg.norm(dense - other) / np.linalg.norm(dense) for other in (small, plain))
    assert fitted < 0.01 and fitted < left / 20


def test_the_same_samples_give_the_same_file(tmp_path):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    spare_units(model, copies=False)
    samples(data)
    for name, threads in [("a.onnx", "1"), ("b.onnx", "2")]:
        convert(model, tmp_path / name, "--channels", "0.5", "--calibrate", data,
                "--threads", threads)  # fmt: skip
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def residual(path):
    """Two convolutions beside a stream, the second reading what the first makes; a head."""
    numbers = np.random.default_rng(3)
    weights = {
        "stem": numbers.normal(size=(6, 2, 3, 3)), "one": numbers.normal(size=(8, 6, 3, 3)) / 7,
        "two": numbers.normal(size=(6, 8, 3, 3)) / 8, "head": numbers.normal(size=(6, 4)),
    }  # fmt: skip
    conv = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    network(
        path, weights, ("x", ["n", 2, 8, 8]),
        [
            helper.make_node("Conv", ["x", "stem"], ["s"], **conv),
            helper.make_node("Relu", ["s"], ["a"]),
            helper.make_node("Conv", ["a", "one"], ["b"], **conv),
            helper.make_node("Relu", ["b"], ["c"]),
            helper.make_node("Conv", ["c", "two"], ["d"], **conv),
            helper.make_node("Add", ["d", "a"], ["e"]),
            helper.make_node("GlobalAveragePool", ["e"], ["p"]),
            helper.make_node("Flatten", ["p"], ["f"]),
            helper.make_node("MatMul", ["f", "head"], ["y"]),
        ],
        ("y", ["n", 4]),
    )  # fmt: skip


def test_residual_streams_stay_unless_nothing_is_protected(tmp_path):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    residual(model)
    array = samples(data, (128, 2, 8, 8))
    report = convert(model, tmp_path / "o.onnx", "--channels", "0.25", "--calibrate", data)
    groups = {g["size"]: g for g in report["channels"]["groups"]}
    assert "residual stream" in groups[6]["reason"] and len(groups[8]["kept"]) == 6
    assert answers(tmp_path / "o.onnx", x=array).shape == (128, 4)
    report = convert(
        model, tmp_path / "p.onnx", "--channels", "0.25", "--calibrate", data, "--protect", "none"
    )
    groups = {g["size"]: g for g in report["channels"]["groups"]}
    assert len(groups[8]["kept"]) == 6 and len(groups[6]["kept"]) == 4
    assert np.isfinite(answers(tmp_path / "p.onnx", x=array)).all()


def test_layers_behind_are_fitted_and_reported(tmp_path):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    residual(model)
    array = samples(data, (256, 2, 8, 8))
    report = convert(model, tmp_path / "o.onnx", "--target-macs", "0.8", "--calibrate", data)
    before, after = (report["channels"][key] for key in ("operationsBefore", "operationsAfter"))
    assert after <= 0.8 * before
    rows = report["calibration"]["layers"]
    assert [row["tensor"] for row in rows] == ["two", "head"]
    assert all(row["error"] <= row["plainError"] for row in rows)
    convert(model, tmp_path / "bare.onnx", "--target-macs", "0.8", "--calibrate", data,
            "--repair", "none")  # fmt: skip
    dense = answers(model, x=array)
    error, bare = (
        np.mean((dense - answers(tmp_path / name, x=array)) ** 2) for name in ("o.onnx", "bare.onnx")
    )
    assert error < bare


def test_a_recipe_says_the_same(tmp_path):
    model, data, recipe = tmp_path / "m.onnx", tmp_path / "x.npz", tmp_path / "r.yaml"
    residual(model)
    samples(data, (64, 2, 8, 8))
    options = ["--channels", "0.5", "--channel-criterion", "flap", "--calibrate", data]
    text = run(model, tmp_path / "o.onnx", "--print-recipe", *options).succeeded().stdout
    assert "criterion: flap" in text and "repair: refit" in text
    recipe.write_text(text)
    run("recipe", "check", recipe).succeeded()
    convert(model, tmp_path / "a.onnx", *options)
    convert(model, tmp_path / "b.onnx", "--recipe", recipe, "--calibrate", data)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_what_needs_samples_asks_for_them(tmp_path):
    model = tmp_path / "m.onnx"
    spare_units(model)
    done = run(model, tmp_path / "o.onnx", "--channels", "0.5", "--channel-criterion", "obs")
    assert done.code != 0 and "--calibrate" in done.stderr
    assert not (tmp_path / "o.onnx").exists()


def test_few_samples_are_warned_of(tmp_path):
    model, data = tmp_path / "m.onnx", tmp_path / "x.npz"
    spare_units(model)
    samples(data, (5, 6))
    report = convert(model, tmp_path / "o.onnx", "--channels", "0.5", "--calibrate", data)
    assert any("more samples" in warning for warning in report["warnings"])
    assert np.isfinite(answers(tmp_path / "o.onnx", x=samples(data))).all()


def images(name):
    archive = np.load(shared("corpus", "data", name))
    pixels = archive["images"].astype(np.float32) / 255
    mean, spread = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    return ((pixels - mean) / spread).transpose(0, 3, 1, 2).copy(), archive["labels"]


def accuracy(path, pixels, labels):
    name = onnx.load(path).graph.input[0].name
    parts = [answers(path, **{name: pixels[i : i + 100]}) for i in range(0, len(pixels), 100)]
    return 100 * np.mean(np.concatenate(parts).argmax(1) == labels)


@pytest.mark.parametrize("variant", ["bn", "folded"])
@pytest.mark.parametrize("share, most", [(0.8, 2.5), (0.7, 3.5), (0.5, 7.5)])
def test_a_real_network_keeps_its_accuracy(tmp_path, variant, share, most):
    """Bounds leave a point for the draw of samples."""
    model = shared("corpus", "models", f"cifar_resnet20_{variant}.onnx")
    pixels, _ = images("cifar10_calibration2000.npz")
    np.savez(tmp_path / "x.npz", **{onnx.load(model).graph.input[0].name: pixels})
    options = ["--target-macs", share, "--calibrate", tmp_path / "x.npz"]
    report = convert(model, tmp_path / "o.onnx", *map(str, options))
    counts = report["channels"]
    assert share - 0.02 < counts["operationsAfter"] / counts["operationsBefore"] <= share
    pixels, labels = images("cifar10_test2000.npz")
    dense, pruned = accuracy(model, pixels, labels), accuracy(tmp_path / "o.onnx", pixels, labels)
    assert pruned >= dense - most

"""Searches for the sparsest model that keeps its accuracy, against ONNX Runtime."""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

from support import FIXTURES, RUNTIME, one_object, run, shared

CNN = FIXTURES / "models" / "cnn.onnx"
MLP = FIXTURES / "models" / "mlp.onnx"


@pytest.fixture(autouse=True)
def runtime(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The digits as each model takes them, the labels among them and in a file of their own."""
    folder = tmp_path_factory.mktemp("digits")
    with np.load(FIXTURES / "data" / "digits_test.npz") as data:
        pixels, labels = (data["pixels"] / 16).astype(np.float32), data["labels"].astype(np.int64)
    np.savez(folder / "cnn.npz", input=pixels.reshape(-1, 1, 8, 8), y=labels)
    np.savez(folder / "mlp.npz", x=pixels.reshape(-1, 64))
    np.save(folder / "labels.npy", labels)
    return folder


def accuracy(path, images, labels):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    answers = [session.run(None, {name: images[i:i + 100]})[0] for i in range(0, len(images), 100)]
    return float((np.concatenate(answers).argmax(1) == labels).mean())


def check_search(report, path, images, labels, original, limit):
    """Every figure of the report that the file and the original can confirm."""
    search = report["search"]
    tries = {row["share"]: row for row in search["tries"]}
    assert len(tries) == len(search["tries"]) <= 7
    assert search["original"] == pytest.approx(accuracy(original, images, labels), abs=1e-9)
    found = tries[search["share"]]
    assert found["value"] == pytest.approx(accuracy(path, images, labels), abs=1e-9)
    for row in tries.values():
        assert row["drop"] == pytest.approx(search["original"] - row["value"], abs=1e-9)
        assert row["isAccepted"] == (row["drop"] <= limit + 1e-9)
    assert found["isAccepted"]
    # The next share was tried and loses too much, as bisection promises.
    following = [share for share in tries if share > search["share"]]
    assert not following or not tries[min(following)]["isAccepted"]
    assert not following or min(following) - search["share"] < 0.0101
    return search


@pytest.mark.parametrize("words, least", [
    ([], 0.3), (["--scope", "global"], 0.3), (["--calibrate", "cnn.npz", "--samples", "64"], 0.8),
    (["--channels", "0.9"], 0.02),
], ids=["plain", "global", "calibrated", "channels"])
def test_the_sparsest_model_that_qualifies_is_written(words, least, digits, tmp_path):
    with np.load(digits / "cnn.npz") as data:
        images, labels = data["input"], data["y"]
    if "--calibrate" in words:
        np.savez(tmp_path / "samples.npz", input=images)
        words = [str(tmp_path / "samples.npz") if word == "cnn.npz" else word for word in words]
    done = run(CNN, tmp_path / "a.onnx", "--max-drop", "2%", "--data", digits / "cnn.npz", "--labels", "y",
               "--json", *words).succeeded()
    report = one_object(done.stdout)
    search = check_search(report, str(tmp_path / "a.onnx"), images, labels, CNN, 0.02)
    assert least < search["share"] < 0.99
    # The share alone gives the same file, its history included.
    if "--channels" in words:
        words = ["--channels", str(search["share"])]
    else:
        words = [*words, "--sparsity", str(search["share"])]
    again = run(CNN, tmp_path / "b.onnx", *words, "--json").succeeded()
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    assert one_object(again.stdout)["recipe"] == report["recipe"]


def test_labels_may_be_a_file_and_each_try_is_told(digits, tmp_path):
    words = ["--max-drop", "0.05", "--data", digits / "mlp.npz", "--labels", digits / "labels.npy"]
    done = run(MLP, tmp_path / "a.spm", "-v", *words).succeeded()
    tries = [line for line in done.stderr.splitlines() if line.startswith("tried ")]
    assert 1 < len(tries) <= 7
    assert all(line.endswith(("accepted", "too much")) for line in tries)
    assert "keeps the accuracy at" in done.stderr
    verified = run("verify", MLP, tmp_path / "a.spm", *words, "--json").succeeded()
    drop = json.loads(verified.stdout)["accuracy"]["drop"]
    assert any(f"a drop of {drop:.5f}, accepted" in line for line in tries)


def test_a_sparsity_bounds_the_search(digits, tmp_path):
    done = run(CNN, tmp_path / "a.spm", "--max-drop", "100%", "--data", digits / "cnn.npz", "--labels", "y",
               "--sparsity", "0.4", "--json").succeeded()
    assert one_object(done.stdout)["search"]["share"] == 0.4


def test_a_metric_stands_for_accuracy(tmp_path):
    script = tmp_path / "density.py"
    script.write_text(
        "import sys, onnx, numpy as np\nfrom onnx import numpy_helper\n"
        "values = [numpy_helper.to_array(t) for t in onnx.load(sys.argv[1]).graph.initializer]\n"
        "values = [v for v in values if v.ndim > 1]\n"
        "print(sum(np.count_nonzero(v) for v in values) / sum(v.size for v in values))\n"
    )
    done = run(MLP, tmp_path / "a.onnx", "--max-drop", "0.3", "--metric", f"'{sys.executable}' '{script}'",
               "--json", timeout=120).succeeded()
    search = one_object(done.stdout)["search"]
    # What is lost is the share itself, so the largest that is allowed is known.
    assert search["measure"] == "metric"
    assert search["share"] in (0.29, 0.3)


def test_when_nothing_qualifies_the_answer_is_no_and_nothing_is_written(tmp_path, digits):
    """The smallest weight of all decides between two classes."""
    weights, bias = np.full((8, 8, 1, 1), -1, np.float32), np.zeros(8, np.float32)
    weights[0, 0], weights[1, 0], bias[1] = 0.001, -0.5, 0.5005
    make = onnx.helper
    graph = make.make_graph(
        [make.make_node("Conv", ["x", "w", "b"], ["a"]), make.make_node("Flatten", ["a"], ["y"])], "g",
        [make.make_tensor_value_info("x", 1, ["n", 8, 1, 1])],
        [make.make_tensor_value_info("y", 1, ["n", 8])],
        [onnx.numpy_helper.from_array(weights, "w"), onnx.numpy_helper.from_array(bias, "b")])  # fmt: skip
    onnx.save(make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8),
              tmp_path / "model.onnx")
    x = np.zeros((64, 8, 1, 1), np.float32)
    x[:, 0] = 1
    np.savez(tmp_path / "data.npz", x=x, y=np.zeros(64, np.int64))
    before = sorted(path.name for path in tmp_path.iterdir())
    words = [tmp_path / "model.onnx", tmp_path / "a.spm", "--data", tmp_path / "data.npz", "--labels", "y",
             "--only", "w"]
    done = run(*words, "--max-drop", "1%", "-v")
    assert done.code == 1, done.stderr
    assert "already a share of 0.0100 loses 1.000, more than 0.0100" in done.stderr and "E-KIT-006" in done.stderr
    failure = one_object(run(*words, "--max-drop", "1%", "--json").stdout)
    assert failure["error"]["exitCode"] == 1 and failure["error"]["code"] == "E-KIT-006"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("words", [
    ["--max-drop", "1%"],
    ["--max-drop", "1%", "--data", "cnn.npz"],
    ["--data", "cnn.npz", "--labels", "y", "--sparsity", "0.5"],
    ["--max-drop", "1%", "--data", "cnn.npz", "--labels", "y", "--metric", "echo"],
    ["--max-drop", "1%", "--data", "cnn.npz", "--labels", "y", "--pattern", "2:4"],
    ["--max-drop", "1%", "--data", "cnn.npz", "--labels", "y", "--threshold", "0.1"],
    ["--max-drop", "1%", "--data", "cnn.npz", "--labels", "y", "--sparsity", "0.5", "--channels", "0.5"],
    ["--max-drop", "1%", "--data", "cnn.npz", "--labels", "y", "--print-recipe"],
    ["--max-drop", "-1", "--data", "cnn.npz", "--labels", "y"],
])  # fmt: skip
def test_options_that_do_not_go_together_are_wrong_use(words, digits, tmp_path):
    done = run(CNN, tmp_path / "a.spm", *words, cwd=digits)
    assert done.code == 64, done.stderr
    assert not list(tmp_path.iterdir())


def test_bad_samples_are_refused_and_nothing_is_written(digits, tmp_path):
    for words, code in [(["--data", "mlp.npz", "--labels", "labels.npy"], "E-RUN-012"),
                        (["--data", "cnn.npz", "--labels", "none"], "E-NPY-005"),
                        (["--data", "none.npz", "--labels", "y"], "E-FILE")]:  # fmt: skip
        done = run(CNN, tmp_path / "a.spm", "--max-drop", "1%", *words, cwd=digits)
        assert done.code in (65, 66) and code in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_batches_search_for_each_model(digits, tmp_path):
    (tmp_path / "models").mkdir()
    for name in ("cnn", "cnn_constants"):
        (tmp_path / "models" / f"{name}.onnx").write_bytes((CNN.parent / f"{name}.onnx").read_bytes())
    np.save(tmp_path / "labels.npy", np.load(digits / "labels.npy"))
    with np.load(digits / "cnn.npz") as data:
        np.savez(tmp_path / "data.npz", input=data["input"])
    (tmp_path / "plan").mkdir()
    run("batch", "plan", "models", "--out-dir", "out", "-o", "plan/plan.jsonl", "--convert", "--max-drop", "2%",
        "--data", "data.npz", "--labels", "labels.npy", cwd=tmp_path).succeeded()
    run("batch", "run", "plan/plan.jsonl", cwd=tmp_path).succeeded()
    for name in ("cnn", "cnn_constants"):
        run("verify", f"models/{name}.onnx", f"out/{name}.spm", "--max-drop", "2%", "--data", "data.npz",
            "--labels", "labels.npy", cwd=tmp_path).succeeded()


def test_a_trained_network_loses_no_more_than_a_point(tmp_path):
    """Repaired layers carry much more sparsity to the limit than plain ones."""
    arrays = {}
    for part in ("test2000", "calibration2000"):
        with np.load(shared("corpus", "data", f"cifar10_{part}.npz")) as data:
            images, labels = data["images"][:500].astype(np.float32) / 255, data["labels"][:500]
        mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
        images = np.ascontiguousarray(((images - mean) / deviation).transpose(0, 3, 1, 2))
        arrays[part] = images, labels.astype(np.int64)
    images, labels = arrays["test2000"]
    np.savez(tmp_path / "test.npz", input=images, labels=labels)
    np.savez(tmp_path / "samples.npz", input=arrays["calibration2000"][0])
    model = shared("corpus", "models", "cifar_resnet20_bn.onnx")
    shares = []
    for words in ([], ["--calibrate", tmp_path / "samples.npz", "--samples", "256"]):
        done = run(model, tmp_path / "a.onnx", "-f", "--max-drop", "1%", "--data", tmp_path / "test.npz",
                   "--labels", "labels", "--json", *words, timeout=300).succeeded()
        report = one_object(done.stdout)
        shares.append(check_search(report, str(tmp_path / "a.onnx"), images, labels, model, 0.01)["share"])
    assert shares[1] > shares[0] + 0.15

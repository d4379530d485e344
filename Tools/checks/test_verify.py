"""`sparsify verify` against ONNX Runtime's own Python interface."""

import functools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import (
    BINARY, FIXTURES, RUNTIME, SHARED, identifier, run, run_program, shared, without_shared,
)

MODELS = FIXTURES / "models"
GAMMA = 0x9E3779B97F4A7C15


@pytest.fixture(autouse=True)
def runtime(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))
    monkeypatch.delenv("SPARSIFY_RUNTIME", raising=False)


def verify(*arguments, code=0, timeout=120):
    done = run("verify", *map(str, arguments), "--json", timeout=timeout)
    assert done.code == code, done.stderr + done.stdout
    report = json.loads(done.stdout)
    if code in (0, 1):
        assert report["schema"] == "sparsify/verify/1"
        assert (code == 1) == bool(report["failures"]) != report["isAccepted"]
    return report


# The reference: the same numbers from the same seed, and what both models make of them.


def splitmix(seed, start, count):
    """SplitMix64 from its place `start` on, vectorized: its state only counts."""
    with np.errstate(over="ignore"):
        places = np.arange(start + 1, start + count + 1, dtype=np.uint64)
        mixed = np.uint64(seed) + places * np.uint64(GAMMA)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


DTYPES = {
    "tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16,
    "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(int8)": np.int8,
    "tensor(uint8)": np.uint8, "tensor(bool)": np.bool_,
}  # fmt: skip


def random_runs(session, samples, seed, shapes):
    """The inputs that RandomInputs documents."""
    place = 0
    for _ in range(samples):
        feed = {}
        for entry in session.get_inputs():
            dims = [d if isinstance(d, int) and d >= 0 else 1 for d in entry.shape]
            dims = shapes.get(entry.name, dims)
            count = int(np.prod(dims, dtype=np.int64))
            numbers = splitmix(seed, place, count)
            place += count
            dtype = DTYPES[entry.type]
            if np.issubdtype(dtype, np.floating):
                parts = [numbers >> np.uint64(s) & np.uint64(0xFFFF) for s in (0, 16, 32, 48)]
                total = sum(parts).astype(np.int64) - 131070
                values = (total * (np.sqrt(3.0) / 65536)).astype(dtype)
            else:
                values = (numbers >> np.uint64(63)).astype(dtype)
            feed[entry.name] = values.reshape(dims)
        yield feed


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(os.fspath(path), options, providers=["CPUExecutionProvider"])


def expected(original, result, runs):
    """What both models give to all runs, as one vector an output."""
    collected = {}
    for feed in runs:
        for entry, a, b in zip(
            original.get_outputs(), original.run(None, feed), result.run(None, feed), strict=True
        ):
            if isinstance(a, np.ndarray) and a.dtype != object:
                collected.setdefault(entry.name, []).append((a, b))
    figures = {}
    for name, pairs in collected.items():
        a = np.concatenate([np.asarray(x, np.float64).ravel() for x, _ in pairs])
        b = np.concatenate([np.asarray(y, np.float64).ravel() for _, y in pairs])
        finite = np.isfinite(a) & np.isfinite(b)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        a, b, odd = a[finite], b[finite], int((~finite & ~same).sum())
        norms = np.linalg.norm(a) * np.linalg.norm(b)
        figures[name] = {
            "elements": sum(x.size for x, _ in pairs),
            "maxError": np.abs(a - b).max(initial=0),
            "relativeError": np.linalg.norm(a - b) / np.linalg.norm(a) if a.any() else None,
            "cosine": a @ b / norms if norms else float(not a.any() and not b.any()),
            "notFinite": odd,
            "top1Agreement": top1(pairs),
        }
    return figures


def top1(pairs):
    first = pairs[0][0]
    axes = [axis for axis in range(1, first.ndim) if first.shape[axis] > 1]
    if not axes or not np.issubdtype(first.dtype, np.floating):
        return None
    same = [(x.argmax(axes[-1]) == y.argmax(axes[-1])).ravel() for x, y in pairs]
    return np.concatenate(same).mean()


def compare(report, figures):
    rows = {row["name"]: row for row in report["runs"]["outputs"]}
    assert rows.keys() == figures.keys()
    for name, figure in figures.items():
        row = rows[name]
        assert row["elements"] == figure["elements"]
        assert row["notFinite"] == figure["notFinite"]
        for key in ("maxError", "relativeError", "cosine", "top1Agreement"):
            if figure[key] is None:
                assert row.get(key) is None, (name, key)
            else:
                assert row[key] == pytest.approx(figure[key], rel=1e-6, abs=1e-6), (name, key)


# Random inputs.

SMALL = ["cnn.onnx", "cnn_fp16.onnx", "cnn_external.onnx", "cnn_constants.onnx", "mlp_if.onnx",
         "mlp_tied.onnx", "mlp_bf16.onnx", "lstm.onnx"]  # fmt: skip


@pytest.mark.parametrize("model", SMALL)
@pytest.mark.parametrize("kind", ["onnx", "spm"])
def test_random_samples_give_what_python_gets(tmp_path, model, kind):
    source, pruned = MODELS / model, tmp_path / "pruned.onnx"
    run(source, pruned, "--sparsity", "0.6").succeeded()
    result = pruned
    if kind == "spm":
        result = tmp_path / "pruned.spm"
        run(source, result, "--sparsity", "0.6").succeeded()
    report = verify(source, result, "--samples", 5, "--seed", 2**63 + 9)
    original = session(source)
    compare(report, expected(original, session(pruned), random_runs(original, 5, 2**63 + 9, {})))
    assert report["runs"]["seed"] == 2**63 + 9


def corpus():
    folder = SHARED / "corpus" / "models"
    return [pytest.param(p, id=identifier(p)) for p in sorted(folder.glob("**/*.onnx"))]


@functools.cache
def manifest():
    lines = (SHARED / "corpus" / "MANIFEST.tsv").read_text().splitlines()
    names = lines[0].split("\t")
    return {row["path"]: row for row in (dict(zip(names, line.split("\t"))) for line in lines[1:])}


def manifest_shapes(model):
    """The input shapes that the manifest says ran: `ok in=name[1, 3];other[2] out=...`."""
    row = manifest().get(model.relative_to(SHARED / "corpus").as_posix(), {})
    told = row.get("ort_run", "")
    shapes = {}
    if told.startswith("ok in="):
        for part in told[len("ok in=") :].split(" out=")[0].split(";"):
            name, dims = part.removesuffix("]").rsplit("[", 1)
            shapes[name] = [int(d) for d in dims.split(",") if d.strip()]
    return shapes


@pytest.mark.parametrize("model", corpus() or without_shared())
def test_the_corpus_gives_what_python_gets(tmp_path, model):
    original = session(model)
    shapes = {name: dims for name, dims in manifest_shapes(model).items() if dims}
    pruned = tmp_path / "pruned.onnx"
    run(model, pruned, "--sparsity", "0.3", timeout=120).succeeded()
    options = [f"--shape={name}={'x'.join(map(str, dims))}" for name, dims in shapes.items()]
    runs = list(random_runs(original, 2, 1, shapes))
    try:
        figures = expected(original, session(pruned), runs)
    except Exception as reason:  # noqa: BLE001 - what the runtime cannot run there, it cannot run here
        figures, failure = None, reason
    words = ["--samples", "2", "--seed", "1", *options]
    if figures is None:
        done = run("verify", model, pruned, *words, timeout=120)
        assert done.code == 65 and "E-RUN-006" in done.stderr, failure
        return
    done = run("verify", model, pruned, *words, "--json", timeout=120)
    assert done.code in (0, 1), done.stderr
    compare(json.loads(done.stdout), figures)


# Labelled data.


def digits(dtype=np.float32):
    with np.load(FIXTURES / "data" / "digits_test.npz") as data:
        return (data["pixels"] / 16).astype(dtype), data["labels"]


def shaped(pixels, entry):
    """Pixels as the input wants them, the first axis left to the samples."""
    return pixels.reshape(-1, *entry.shape[1:])


def answers(path, array, batch):
    model = session(path)
    name = model.get_inputs()[0].name
    parts = [model.run(None, {name: array[i : i + batch]})[0] for i in range(0, len(array), batch)]
    return np.concatenate([p.reshape(len(p), -1) for p in parts]).argmax(1)


def check_accuracy(report, labels, original, result):
    accuracy = report["accuracy"]
    assert accuracy["samples"] == len(labels)
    assert accuracy["originalRight"] == int((original == labels).sum())
    assert accuracy["resultRight"] == int((result == labels).sum())
    assert [row["label"] for row in accuracy["classes"]] == sorted(set(labels.tolist()))
    for row in accuracy["classes"]:
        mine = labels == row["label"]
        assert row["samples"] == int(mine.sum())
        assert row["originalRight"] == int((original[mine] == row["label"]).sum())
        assert row["resultRight"] == int((result[mine] == row["label"]).sum())
    drops = [row["drop"] for row in accuracy["classes"]]
    if max(drops) > 0:
        assert accuracy["worst"] == accuracy["classes"][drops.index(max(drops))]
    else:
        assert accuracy.get("worst") is None


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("model", ["cnn.onnx", "cnn_fp16.onnx", "cnn_int8_qdq.onnx", "mlp.onnx"])
def test_labelled_digits_give_the_counts_that_python_gets(tmp_path, model, save):
    source, pruned = MODELS / model, tmp_path / "pruned.onnx"
    run(source, pruned, "--sparsity", "0.85").succeeded()
    entry = session(source).get_inputs()[0]
    pixels, labels = digits(DTYPES[entry.type])
    array = shaped(pixels, entry)
    save(tmp_path / "data.npz", **{entry.name: array, "wanted": labels})
    report = verify(source, pruned, "--data", tmp_path / "data.npz", "--labels", "wanted",
                    "--batch", 7)  # fmt: skip
    check_accuracy(report, labels, answers(source, array, 7), answers(pruned, array, 7))
    original = session(source)
    runs = [{entry.name: array[i : i + 7]} for i in range(0, len(array), 7)]
    compare(report, expected(original, session(pruned), runs))


def test_labels_and_samples_may_be_files_of_their_own(tmp_path):
    pixels, labels = digits()
    source = MODELS / "mlp.onnx"
    np.save(tmp_path / "x.npy", np.asfortranarray(pixels.astype(">f4")))
    np.save(tmp_path / "y.npy", labels.astype(np.uint8))
    report = verify(source, source, "--data", tmp_path / "x.npy", "--labels", tmp_path / "y.npy")
    assert report["accuracy"]["originalRight"] == round(0.9639 * 360)
    assert report["accuracy"].get("worst") is None


def test_the_accuracy_of_a_corpus_model_is_that_of_python(tmp_path):
    model = shared("corpus", "models", "mnist_cntk.onnx")
    with np.load(shared("corpus", "data", "mnist_test.npz")) as data:
        images = data["images"][:1500].astype(np.float32).reshape(-1, 1, 28, 28)
        labels = data["labels"][:1500].astype(np.int64)
    np.savez(tmp_path / "data.npz", Input3=images, y=labels)
    pruned = tmp_path / "pruned.onnx"
    run(model, pruned, "--sparsity", "0.9").succeeded()
    report = verify(model, pruned, "--data", tmp_path / "data.npz", "--labels", "y")
    check_accuracy(report, labels, answers(model, images, 1), answers(pruned, images, 1))
    assert report["accuracy"]["originalAccuracy"] > 0.9


def spoil(path, output, label):
    """A model that hardly ever answers `label`."""
    model = onnx.load(path)
    name = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = ["spoiled" if value == name else value for value in node.output]
    bias = np.zeros(10, np.float32)
    bias[label] = -1000
    model.graph.initializer.append(numpy_helper.from_array(bias, "bias_of_one"))
    model.graph.node.append(helper.make_node("Add", ["spoiled", "bias_of_one"], [name]))
    onnx.save(model, output)


@pytest.mark.parametrize("label", [0, 3, 9])
def test_a_class_that_suffers_is_named(tmp_path, label):
    source = MODELS / "cnn.onnx"
    spoil(source, tmp_path / "spoiled.onnx", label)
    entry = session(source).get_inputs()[0]
    pixels, labels = digits()
    array = shaped(pixels, entry)
    np.savez(tmp_path / "data.npz", x=array, y=labels)
    words = ["--data", tmp_path / "data.npz", "--labels", "y"]
    report = verify(source, tmp_path / "spoiled.onnx", *words)
    check_accuracy(report, labels, answers(source, array, 32),
                   answers(tmp_path / "spoiled.onnx", array, 32))  # fmt: skip
    worst = report["accuracy"]["worst"]
    assert worst["label"] == label and worst["resultRight"] == 0
    text = run("verify", source, tmp_path / "spoiled.onnx", *words).succeeded().stdout
    assert f"class {label} suffers most" in text
    assert "the accuracy drops" in verify(source, tmp_path / "spoiled.onnx", *words, "--max-drop",
                                          "5%", code=1)["failures"][0]  # fmt: skip


# Demands, exit codes and what goes wrong.


@pytest.fixture(scope="module")
def pruned(tmp_path_factory):
    path = tmp_path_factory.mktemp("pruned") / "pruned.onnx"
    run(MODELS / "mlp.onnx", path, "--sparsity", "0.7").succeeded()
    return path


def test_demands_decide_the_exit_code(tmp_path, pruned):
    source = MODELS / "mlp.onnx"
    row = verify(source, pruned)["runs"]["outputs"][0]
    cosine, error = row["cosine"], row["maxError"]
    verify(source, pruned, "--min-cosine", cosine - 0.001, "--max-error", error * 1.01)
    verify(source, pruned, "--min-cosine", cosine + 0.001, code=1)
    verify(source, pruned, "--max-error", error * 0.99, code=1)
    verify(source, pruned, "--exact", code=1)
    run(source, tmp_path / "m.spm").succeeded()
    report = verify(source, tmp_path / "m.spm", "--exact", "--max-error", 0)
    assert report["tensors"]["equal"] == report["tensors"]["compared"] > 0
    done = run("verify", source, pruned, "--exact")
    assert done.code == 1 and "not accepted: not every tensor is the same" in done.stdout


def test_changed_tensors_are_counted(pruned):
    report = verify(MODELS / "mlp.onnx", pruned, "--no-run")
    assert report.get("runs") is None
    before = {t.name: numpy_helper.to_array(t) for t in onnx.load(MODELS / "mlp.onnx").graph.initializer}
    after = {t.name: numpy_helper.to_array(t) for t in onnx.load(pruned).graph.initializer}
    changed = {row["name"]: row for row in report["tensors"]["changed"]}
    for name, array in before.items():
        other = after[name]
        if (array == other).all():
            assert name not in changed
            continue
        row = changed[name]
        assert row["changed"] == int((array != other).sum())
        assert row["zeroed"] == int(((array != other) & (other == 0)).sum())
        error = np.linalg.norm((array - other).astype(float)) / np.linalg.norm(array.astype(float))
        assert row["relativeError"] == pytest.approx(error, rel=1e-6)
    assert len(changed) + report["tensors"]["equal"] == len(before)


def test_models_that_take_other_inputs_are_not_run():
    report = verify(MODELS / "mlp.onnx", MODELS / "cnn.onnx", code=1)
    assert report.get("runs") is None and not all(r["isSame"] for r in report["signature"]["inputs"])


def test_numbers_that_are_none_are_counted(tmp_path):
    model = onnx.load(MODELS / "mlp.onnx")
    tensor = next(t for t in model.graph.initializer if len(t.dims) == 1)
    array = numpy_helper.to_array(tensor).copy()
    array[:] = np.nan
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    onnx.save(model, tmp_path / "nan.onnx")
    report = verify(MODELS / "mlp.onnx", tmp_path / "nan.onnx", code=1)
    assert report["runs"]["outputs"][0]["notFinite"] > 0


def test_the_metric_is_the_last_number_that_a_command_prints(tmp_path, pruned):
    source = MODELS / "mlp.onnx"
    run(source, tmp_path / "m.spm", "--sparsity", "0.7").succeeded()
    script = tmp_path / "zeros.py"
    script.write_text(
        "import sys, onnx, numpy as np\nfrom onnx import numpy_helper\n"
        "model = onnx.load(sys.argv[1])\n"
        "print('model 1: density =', 1 - np.mean(np.concatenate("
        "[numpy_helper.to_array(t).ravel() for t in model.graph.initializer]) == 0))\n"
    )
    command = f"'{sys.executable}' '{script}'"
    report = verify(source, tmp_path / "m.spm", "--metric", command, "--no-run")
    assert report["metric"]["drop"] == pytest.approx(
        report["metric"]["original"] - report["metric"]["result"]
    )
    assert 0.5 < report["metric"]["drop"] < 0.7
    verify(source, tmp_path / "m.spm", "--metric", command, "--max-drop", 0.8, "--no-run")
    verify(source, tmp_path / "m.spm", "--metric", command, "--max-drop", 0.1, "--no-run", code=1)
    for command, code, word in [("echo none;:", 65, "E-VER-007"), ("exit 3;", 65, "E-VER-005"),
                                ("sleep 60;", 75, "E-VER-006")]:  # fmt: skip
        done = run("verify", source, pruned, "--metric", command, "--no-run", "--timeout", "1")
        assert done.code == code and word in done.stderr, command


def test_without_a_runtime_the_exit_code_is_69_and_the_rest_still_works(monkeypatch, pruned):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", "/nowhere/libonnxruntime.so")
    done = run("verify", MODELS / "mlp.onnx", pruned)
    assert done.code == 69 and "Tools/setup --with-runtime" in done.stderr
    assert json.loads(run("verify", MODELS / "mlp.onnx", pruned, "--json").stdout)["error"][
        "code"] == "E-RUN-002"  # fmt: skip
    run("verify", MODELS / "mlp.onnx", pruned, "--no-run").succeeded()
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(FIXTURES / "models" / "mlp.onnx"))
    done = run("verify", MODELS / "mlp.onnx", pruned)
    assert done.code == 69 and "E-RUN-003" in done.stderr
    monkeypatch.setenv("SPARSIFY_RUNTIME", "/nowhere/sparsify-runtime")
    done = run("verify", MODELS / "mlp.onnx", pruned)
    assert done.code == 69 and "E-RUN-001" in done.stderr


LIBRARIES = {
    "old": ("return 0;", 69, "E-RUN-004"),
    "crashing": ("raise(11); return 0;", 65, "E-RUN-007"),
    "leaving": ("exit(5); return 0;", 65, "E-RUN-008"),
    "hanging": ("for (;;) sleep(1);", 75, "E-RUN-009"),
    "greedy": ("for (;;) if (!malloc(1 << 28)) { puts(\"no memory\"); abort(); }", 75, "E-RUN-010"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_that_misbehaves_is_an_answer(tmp_path, monkeypatch, pruned, name):
    body, code, word = LIBRARIES[name]
    (tmp_path / "library.c").write_text(
        "#include <signal.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
        "static const void *api(unsigned version) { " + body + " }\n"
        'static const char *text(void) { return "0.1"; }\n'
        "struct base { const void *(*api)(unsigned); const char *(*text)(void); };\n"
        "static struct base base = { api, text };\n"
        "const struct base *OrtGetApiBase(void) { setvbuf(stdout, 0, _IONBF, 0); return &base; }\n"
    )
    library = tmp_path / "libonnxruntime.so"
    subprocess.run(["clang", "-shared", "-fPIC", "-o", library, tmp_path / "library.c"], check=True)
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(library))
    done = run("verify", MODELS / "mlp.onnx", pruned, "--timeout", "2", "--max-memory", "2G")
    assert done.code == code and word in done.stderr, done.stderr


def test_a_model_that_the_runtime_refuses_says_why(tmp_path):
    graph = helper.make_graph(
        [helper.make_node("NoSuchOperator", ["x"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])])  # fmt: skip
    operators = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=operators, ir_version=8)
    onnx.save(model, tmp_path / "odd.onnx")
    done = run("verify", tmp_path / "odd.onnx", tmp_path / "odd.onnx")
    assert done.code == 65 and "E-RUN-005" in done.stderr and "NoSuchOperator" in done.stderr


@pytest.mark.parametrize(
    "arrays, word",
    [
        ({"x": np.zeros((4, 64), np.float64)}, "float64 4x64"),
        ({"x": np.zeros((4, 63), np.float32)}, "float32 4x63"),
        ({"x": np.zeros(4, np.float32)}, "float32 4"),
        ({"x": np.zeros((0, 64), np.float32)}, "E-VER-003"),
        ({"x": np.zeros((4, 64), np.float32), "y": np.zeros(5, np.int64)}, "E-VER-001"),
        ({"x": np.zeros((4, 64), np.float32), "y": np.zeros(4, np.float32)}, "E-VER-001"),
        ({"x": np.zeros((4, 64), np.float32), "y": np.array([{}] * 4, object)}, "E-NPY-004"),
        ({"x": np.array([{}], object)}, "E-NPY-004"),
    ],
)
def test_data_that_does_not_fit_is_refused(tmp_path, pruned, arrays, word):
    np.savez(tmp_path / "data.npz", **arrays)
    labels = ["--labels", "y"] if "y" in arrays else []
    done = run("verify", MODELS / "mlp.onnx", pruned, "--data", tmp_path / "data.npz", *labels)
    assert done.code == 65 and word in done.stderr, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--max-drop", "1%"], ["--labels", "y"], ["--no-run", "--min-cosine", "0.9"],
        ["--samples", "0"], ["--shape", "x=1x"], ["--no-run", "--data", "d.npz"],
    ],
)  # fmt: skip
def test_options_that_make_no_sense(pruned, words):
    assert run("verify", MODELS / "mlp.onnx", pruned, *words).code == 64


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    run(MODELS / "cnn_external_each" / "model.onnx", tmp_path / "m.spm").succeeded()
    verify(MODELS / "cnn_external_each" / "model.onnx", tmp_path / "m.spm")
    verify(MODELS / "mlp.onnx", tmp_path / "m.spm", code=1)
    run("verify", MODELS / "cnn.onnx", tmp_path / "m.spm", "--metric", "false;")
    # The runtime itself may leave files of its own there.
    assert not list((tmp_path / "tmp").glob("sparsify*"))


def test_the_runtime_ends_with_the_command(tmp_path, pruned):
    """A command that is killed leaves no runtime behind, whatever it is doing."""
    command = [BINARY, "verify", MODELS / "mlp.onnx", pruned,
               "--samples", "1000000"]  # fmt: skip
    done = run_program(shutil.which("timeout"), "-s", "KILL", "3", *command)
    assert done.code in (137, -9)
    deadline = time.monotonic() + 10
    while left := runtimes_without_parents():
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def runtimes_without_parents():
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if b"sparsify-runtime" in words and str(RUNTIME).encode() in words and parent == "1":
            found.append(words)
    return found

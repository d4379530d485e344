"""`sparsify sensitivity` against NumPy and ONNX Runtime's own Python interface."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from support import BINARY, FIXTURES, RUNTIME, one_object, run, shared

MODELS = FIXTURES / "models"
CNN = MODELS / "cnn.onnx"


@pytest.fixture(autouse=True)
def runtime(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    path = tmp_path_factory.mktemp("samples") / "data.npz"
    with np.load(FIXTURES / "data" / "digits_test.npz") as data:
        np.savez(path, input=(data["pixels"][:40] / 16).astype(np.float32).reshape(-1, 1, 8, 8))
    return path


def outputs(model, arrays):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = model.SerializeToString() if isinstance(model, onnx.ModelProto) else os.fspath(model)
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return session.run(None, arrays)


def relative_error(dense, other):
    """Of the output where it is largest."""
    return max(np.linalg.norm((a - b).astype(float)) / np.linalg.norm(a.astype(float))
               for a, b in zip(dense, other, strict=True))


def pruned(path, name, share):
    """The model with the smallest weights of one tensor zero, ties by index."""
    model = onnx.load(path)
    tensor = next(t for t in model.graph.initializer if t.name == name)
    values = numpy_helper.to_array(tensor).copy()
    flat = values.reshape(-1)
    flat[np.argsort(np.abs(flat), kind="stable")[:round(share * flat.size)]] = 0
    tensor.CopyFrom(numpy_helper.from_array(values, name))
    return model


def scan(*words, timeout=120):
    return one_object(run("sensitivity", *map(str, words), "--json", timeout=timeout).succeeded().stdout)


def test_errors_are_those_of_one_layer_pruned_alone(samples):
    report = scan(CNN, "--data", samples)
    assert report["schema"] == "sparsify/sensitivity/1"
    assert (report["levels"], report["samples"]) == ([0.5, 0.7, 0.8, 0.9], 40)
    assert [row["name"] for row in report["rows"]] == ["conv2.weight", "hidden.weight", "output.weight"]
    assert [row["name"] for row in report["skipped"]] == ["conv1.weight"]
    with np.load(samples) as arrays:
        arrays = dict(arrays)
    dense = outputs(CNN, arrays)
    for row in report["rows"]:
        for level, error in zip(report["levels"], row["errors"], strict=True):
            expected = relative_error(dense, outputs(pruned(CNN, row["name"], level), arrays))
            assert error == pytest.approx(expected, rel=1e-4), (row["name"], level)


def test_calibrated_errors_are_those_of_a_conversion(samples, tmp_path):
    words = ["--method", "sparsegpt", "--data", samples]
    report = scan(CNN, "--levels", "80", *words)
    plain = scan(CNN, "--levels", "80", "--data", samples)
    with np.load(samples) as arrays:
        arrays = dict(arrays)
    dense = outputs(CNN, arrays)
    for row, other in zip(report["rows"], plain["rows"], strict=True):
        run(CNN, tmp_path / "a.onnx", "-f", "--sparsity", "80%", "--only", row["name"], "--calibrate", samples,
            "--method", "sparsegpt", "--protect", "none").succeeded()
        expected = relative_error(dense, outputs(tmp_path / "a.onnx", arrays))
        assert row["errors"][0] == pytest.approx(expected, rel=1e-3)
        assert row["errors"][0] < other["errors"][0]


def test_the_recipe_does_less_harm_than_the_same_share_of_each_layer(samples, tmp_path):
    recipe, errors = tmp_path / "shares.yaml", []
    only = ["conv2.weight", "hidden.weight", "output.weight"]
    scan(CNN, "--data", samples, "--levels", "20,40,60,80,90,95", "--sparsity", "80%", "--recipe", recipe)
    same = [f"--only={name}" for name in only]
    with np.load(samples) as arrays:
        arrays = dict(arrays)
    for words in (["--recipe", recipe], ["--sparsity", "80%", *same]):
        target = tmp_path / "pruned.onnx"
        run(CNN, target, "--force", *words).succeeded()
        zeros, weights = 0, 0
        for tensor in onnx.load(target).graph.initializer:
            if tensor.name in only:
                values = numpy_helper.to_array(tensor)
                zeros, weights = zeros + int((values == 0).sum()), weights + values.size
        assert 0.7999 < zeros / weights < 0.81
        errors.append(relative_error(outputs(CNN, arrays), outputs(target, arrays)))
    assert errors[0] < errors[1]


def shares_of(path, names):
    return {tensor.name: float((numpy_helper.to_array(tensor) == 0).mean())
            for tensor in onnx.load(path).graph.initializer if tensor.name in names}  # fmt: skip


def test_a_recipe_keeps_to_a_share_of_multiplications(samples, tmp_path):
    recipe, target = tmp_path / "r.yaml", tmp_path / "pruned.onnx"
    report = scan(CNN, "--data", samples, "--levels", "30,60,90", "--target-macs", "40%", "--recipe", recipe)
    counts = {row["name"]: row["operations"] for row in report["rows"]}
    # Of the convolution every weight is used at each place of its output.
    assert counts["conv2.weight"] > next(r["elements"] for r in report["rows"] if r["name"] == "conv2.weight")
    layers = one_object(run("inspect", CNN, "--json").succeeded().stdout)["report"]["operations"]["layers"]
    assert sum(counts.values()) == sum(n for name, n in layers.items() if "conv1" not in name)
    run(CNN, target, "--recipe", recipe).succeeded()
    shares = shares_of(target, counts)
    left = sum(count * (1 - shares[name]) for name, count in counts.items()) / sum(counts.values())
    assert 0.37 < left <= 0.4005


def test_the_highest_level_reaches_what_it_leaves(samples, tmp_path):
    # 1 - 0.7 is more than 0.3 by a last digit.
    scan(CNN, "--data", samples, "--levels", "30", "--target-macs", "70%", "--recipe", tmp_path / "r.yaml")
    assert (tmp_path / "r.yaml").exists()


def test_a_recipe_keeps_to_a_share_of_the_bytes_in_a_container(samples, tmp_path):
    recipe, target = tmp_path / "r.yaml", tmp_path / "pruned.onnx"
    report = scan(CNN, "--data", samples, "--levels", "30,50,70,90", "--target-bytes", "50%", "--recipe", recipe)
    dense = sum(row["sizes"]["dense"] for row in report["rows"])
    for row in report["rows"]:
        assert row["sizes"]["pruned"] == sorted(row["sizes"]["pruned"], reverse=True)
    run(CNN, target, "--recipe", recipe).succeeded()
    sizes = []
    for path in (CNN, target):
        run(path, tmp_path / "a.spm", "-f").succeeded()
        sizes.append((tmp_path / "a.spm").stat().st_size)
    # The rest of the file is as large as before; between levels sizes are interpolated.
    assert 0.42 * dense < sizes[0] - sizes[1] < 0.6 * dense


@pytest.mark.parametrize("words, word", [
    (["--recipe", "r.yaml"], "--sparsity"), (["--target-macs", "50%"], "--recipe"),
    (["--recipe", "r.yaml", "--sparsity", "40%", "--target-bytes", "50%"], "one of"),
    (["--recipe", "r.yaml", "--target-macs", "40%"], "--levels"),
    (["--recipe", "r.yaml", "--target-bytes", "1%"], "--levels"), (["--sparsity", "80%"], "--recipe"),
    (["--recipe", "r.yaml", "--sparsity", "95%"], "--levels"),
])  # fmt: skip
def test_a_recipe_needs_a_sparsity_that_the_levels_reach(words, word, samples, tmp_path):
    words = [str(tmp_path / item) if item == "r.yaml" else item for item in words]
    failed = run("sensitivity", CNN, "--data", samples, "--levels", "50", *words)
    assert failed.code == 64 and word in failed.stderr
    assert not (tmp_path / "r.yaml").exists()


def test_threads_change_nothing(samples):
    reports = [run("sensitivity", CNN, "--data", samples, "--json", "--threads", n).succeeded().stdout
               for n in ("1", "3")]  # fmt: skip
    assert reports[0] == reports[1]


def test_samples_levels_and_layers_can_be_chosen(samples):
    report = scan(CNN, "--data", samples, "--samples", 8, "--levels", "95,60%,60", "--only", "op:Gemm",
                  "--except", "output*", "--output", "logits")
    assert (report["samples"], report["levels"]) == (8, [0.6, 0.95])
    assert [row["name"] for row in report["rows"]] == ["hidden.weight"]


def test_the_table_has_a_line_for_each_layer(samples):
    report = scan(CNN, "--data", samples)
    done = run("sensitivity", CNN, "--data", samples, "-v").succeeded()
    lines = done.stdout.splitlines()
    assert lines[0].split() == "tensor operator weights 50.0 % 70.0 % 80.0 % 90.0 %".split()
    for line, row in zip(lines[1:], report["rows"], strict=False):
        assert line.split()[0] == row["name"]
        assert [float(word) for word in line.split()[3:]] == pytest.approx(row["errors"], abs=1e-4)
    assert "conv1.weight is left alone: fewer than 256 elements" in lines


def test_the_drawing_is_one_file_with_every_number(samples, tmp_path):
    model = onnx.load(CNN)
    odd = 'conv<2>&"weight"' + "x" * 60
    for tensor in model.graph.initializer:
        tensor.name = odd if tensor.name == "conv2.weight" else tensor.name
    for node in model.graph.node:
        node.input[:] = [odd if name == "conv2.weight" else name for name in node.input]
    onnx.save(model, tmp_path / "odd.onnx")
    report = scan(tmp_path / "odd.onnx", "--data", samples, "--svg", tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    space = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(text)
    assert root.tag == f"{space}svg"
    rows = [group for group in root.iter(f"{space}g") if group.find(f"{space}title") is not None]
    assert len(rows) == len(report["rows"])
    for group, row in zip(rows, report["rows"], strict=True):
        assert group.find(f"{space}title").text.splitlines()[0] == row["name"]
        cells = [float(cell.text) for cell in group.findall(f"{space}text")[1:]]
        assert cells == pytest.approx(row["errors"], abs=1e-4)
    # Nothing is fetched from anywhere, and all of it is inside of the picture.
    assert "href" not in text and "url(" not in text and "@import" not in text
    width, height = int(root.get("width")), int(root.get("height"))
    for box in root.iter(f"{space}rect"):
        if not box.get("width").endswith("%"):
            assert 0 <= int(box.get("x")) and int(box.get("x")) + int(box.get("width")) <= width
            assert 0 <= int(box.get("y")) and int(box.get("y")) + int(box.get("height")) <= height
    # It is not replaced without being told to, and no model is replaced at all.
    taken = run("sensitivity", CNN, "--data", samples, "--svg", tmp_path / "a.svg")
    assert taken.code == 73 and (tmp_path / "a.svg").read_text() == text
    run("sensitivity", tmp_path / "odd.onnx", "--data", samples, "--svg", tmp_path / "a.svg", "-f").succeeded()
    same = run("sensitivity", tmp_path / "odd.onnx", "--data", samples, "--svg", tmp_path / "odd.onnx", "-f")
    assert same.code == 73
    assert onnx.load(tmp_path / "odd.onnx") == model


def test_a_container_gives_the_same(samples, tmp_path):
    run(CNN, tmp_path / "a.spm").succeeded()
    assert scan(tmp_path / "a.spm", "--data", samples) == scan(CNN, "--data", samples)


@pytest.mark.parametrize("name", ["cnn_fp16", "cnn_constants", "mlp_if", "mlp_bf16", "cnn_int8_qdq"])
def test_every_form_of_weights_is_scanned(name, tmp_path):
    path = MODELS / f"{name}.onnx"
    entry = onnx.load(path).graph.input[0]
    kind = onnx.helper.tensor_dtype_to_np_dtype(entry.type.tensor_type.elem_type)
    shape = (-1, 64) if len(entry.type.tensor_type.shape.dim) == 2 else (-1, 1, 8, 8)
    with np.load(FIXTURES / "data" / "digits_test.npz") as data:
        np.savez(tmp_path / "a.npz", **{entry.name: (data["pixels"][:16] / 16).astype(kind).reshape(shape)})
    report = scan(path, "--data", tmp_path / "a.npz", "--levels", "20,90")
    assert report["rows"]
    for row in report["rows"]:
        if row["name"].startswith("blank"):
            # It lies in a branch that no sample takes.
            assert row["errors"] == [0, 0]
        else:
            assert row["errors"][0] < row["errors"][1], row["name"]


def test_outputs_that_are_no_numbers_are_told(samples, tmp_path):
    model = onnx.load(CNN)
    make = onnx.helper
    output = model.graph.output[0]
    output.name, old = "infinite", output.name
    # The reciprocal of a sum that pruning everything makes zero.
    model.graph.node.extend([
        make.make_node("Sub", [old, old], ["none"]), make.make_node("Reciprocal", ["none"], ["infinite"])])
    onnx.save(model, tmp_path / "odd.onnx")
    report = scan(tmp_path / "odd.onnx", "--data", samples, "--levels", "50")
    # Both are infinite everywhere: there is nothing to compare, and it is not called an error of 0.
    assert [row["errors"] for row in report["rows"]] == [[None]] * 3
    table = run("sensitivity", tmp_path / "odd.onnx", "--data", samples, "--levels", "50").succeeded().stdout
    assert table.splitlines()[1].endswith("?")


@pytest.mark.parametrize("words, code, word", [
    (["--data", "data.npz", "--levels", "0"], 64, "levels"),
    (["--data", "data.npz", "--levels", "50,,60"], 64, "levels"),
    (["--data", "data.npz", "--levels", "101"], 64, "levels"),
    (["--data", "data.npz", "--levels", ",".join(map(str, range(1, 40)))], 64, "levels"),
    (["--data", "data.npz", "--method", "best"], 64, "--method takes one of"),
    (["--data", "data.npz", "--criterion", "best"], 64, "best"),
    (["--data", "data.npz", "--samples", "0"], 64, "--samples"),
    (["--data", "data.npz", "--output", "none"], 64, "E-KIT-004"),
    (["--data", "data.npz", "--only", "op:"], 64, "E-PRUNE"),
    ([], 64, "--data"),
    (["--data", "none.npz"], 66, "E-FILE"),
    (["--data", "shape.npz"], 65, "E-RUN-012"),
    (["--data", "nan.npz"], 65, "E-CAL-002"),
    (["--data", "equal.npz"], 65, "E-CAL-003"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_written(words, code, word, samples, tmp_path):
    with np.load(samples) as data:
        x = data["input"]
    np.savez(tmp_path / "data.npz", input=x)
    np.savez(tmp_path / "shape.npz", input=x[:, :, :4])
    np.savez(tmp_path / "equal.npz", input=np.zeros_like(x))
    np.savez(tmp_path / "nan.npz", input=np.where(x == x.max(), np.nan, x))
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run("sensitivity", CNN, *words, "--svg", "a.svg", cwd=tmp_path)
    assert done.code == code and word in done.stderr, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_without_a_runtime_the_exit_code_is_69(samples, tmp_path):
    done = subprocess.run(
        [BINARY, "sensitivity", CNN, "--data", samples], capture_output=True, text=True,
        env={**os.environ, "SPARSIFY_ONNXRUNTIME": str(tmp_path / "none.so")})
    assert done.returncode == 69 and "E-RUN-002" in done.stderr


def test_a_real_network_is_most_sensitive_at_its_classifier(tmp_path):
    with np.load(shared("corpus", "data", "cifar10_test2000.npz")) as data:
        images = data["images"][:32].astype(np.float32) / 255
    mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    images = np.ascontiguousarray(((images - mean) / deviation).transpose(0, 3, 1, 2))
    np.savez(tmp_path / "a.npz", input=images)
    model = shared("corpus", "models", "cifar_resnet20_bn.onnx")
    report = scan(model, "--data", tmp_path / "a.npz", "--levels", "50,90", timeout=300)
    rows = report["rows"]
    assert len(rows) == 20
    assert max(rows, key=lambda row: row["errors"][0]) is rows[-1]
    dense = outputs(model, {"input": images})
    expected = relative_error(dense, outputs(pruned(model, rows[7]["name"], 0.9), {"input": images}))
    assert rows[7]["errors"][1] == pytest.approx(expected, rel=1e-4)

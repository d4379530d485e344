"""`sparsify advise`: what it says is what its commands do."""

import json
import os

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import (
    FIXTURES, MEBIBYTE, RUNTIME, models, run, sha256, shared, tensors, without_shared,
)

CNN = FIXTURES / "models" / "cnn.onnx"
MALFORMED = sorted((FIXTURES / "malformed").glob("*.onnx"))


def advise(path, *options, **limits):
    done = run("advise", path, "--json", *options, timeout=300, **limits)
    report = json.loads(done.succeeded().stdout)
    assert report["schema"] == "sparsify/advise/1"
    return report


def carry_out(row, folder):
    """Runs a row's command with its output elsewhere; returns the output and the report."""
    program, source, _, *options = row["command"]
    assert program == "sparsify"
    out = folder / "out.spm"
    done = run(source, out, *options, "-f", "--json", timeout=120).succeeded()
    report = json.loads(done.stdout)
    assert report["outputBytes"] == out.stat().st_size
    return out, report


SMALL = [p for p in models(FIXTURES / "models") if "each" not in p.id]


def corpus():
    if skipped := without_shared():
        return skipped
    names = ["squeezenet_fp16", "cifar_resnet20_bn", "cifar_resnet20_qdq_int8", "silero_vad_v5"]
    return [p for p in models(shared("corpus", "models")) if p.values[0].stem in names]


@pytest.mark.parametrize("path", [*SMALL, *corpus()])
def test_every_command_makes_the_size_that_was_said(tmp_path, path):
    report = advise(path)
    assert len([r for r in report["rows"] if r["method"] == "lossless"]) == 3
    for row in report["rows"]:
        assert not row["isEstimate"]
        out, done = carry_out(row, tmp_path)
        assert row["bytes"] == out.stat().st_size, row["name"]
        assert row["savedBytes"] == report["fileBytes"] - row["bytes"]
        if row["method"] == "channels":
            channels = done["channels"]
            if channels.get("operationsBefore"):
                left = channels["operationsAfter"] / channels["operationsBefore"]
                assert row["operationsLeft"] == pytest.approx(left)


def front(rows, error="weightError"):
    rows = [r for r in rows if error in r]
    return [
        not any(o["bytes"] <= r["bytes"] and o[error] <= r[error]
                and (o["bytes"], o[error]) != (r["bytes"], r[error]) for o in rows)
        for r in rows
    ]  # fmt: skip


def test_errors_are_those_of_the_weights(tmp_path):
    report = advise(CNN)
    weights = ["conv1.weight", "conv2.weight", "hidden.weight", "output.weight"]

    def squares(path):
        found = dict(tensors(onnx.load(path)))
        return sum(np.sum(numpy_helper.to_array(found[w]).astype(np.float64) ** 2) for w in weights)

    whole = squares(CNN)
    for row in report["rows"]:
        out, _ = carry_out(row, tmp_path)
        run(out, tmp_path / "back.onnx", "-f").succeeded()
        error = 1 - squares(tmp_path / "back.onnx") / whole
        assert row["weightError"] == pytest.approx(error, abs=1e-9), row["name"]
    assert [r["isOptimal"] for r in report["rows"]] == front(report["rows"])


def test_suggestions_are_the_smallest_that_are_allowed():
    for limit in (0.01, 0.1, 0.3):
        report = advise(CNN, "--max-error", str(limit))
        allowed = [r for r in report["rows"] if r.get("weightError", 1) <= limit]
        exact, *more = report["suggestions"]
        lossless = [r for r in report["rows"] if r["method"] == "lossless"]
        assert exact["bytes"] == min(r["bytes"] for r in lossless)
        best = (more or [exact])[0]
        assert best["bytes"] == min(r["bytes"] for r in allowed)
    text = run("advise", CNN).succeeded().stdout
    assert "  sparsify " in text and "TensorRT" in text and "weight error" in text


# Outputs.


@pytest.fixture
def runtime(monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))


def answers(path, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        os.fspath(path), options, providers=["CPUExecutionProvider"])
    return [session.run(None, feed) for feed in feeds]


def relative_error(original, result, feeds):
    """The largest of all outputs: the norm of the difference over that of the original's."""
    pairs = zip(*[zip(a, b) for a, b in zip(answers(original, feeds), answers(result, feeds))])
    errors = []
    for runs in pairs:
        a, b = (np.concatenate([each[i].astype(np.float64).ravel() for each in runs]) for i in (0, 1))
        errors.append(np.linalg.norm(a - b) / np.linalg.norm(a))
    return max(errors)


def two_outputs(path):
    """A model with an output that hardly changes and one that changes much."""
    source = np.random.default_rng(5)
    arrays = {"w": source.standard_normal((64, 32)), "v": source.standard_cauchy((64, 16))}
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"]), helper.make_node("MatMul", ["x", "v"], ["z"])],
        "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32]),
         helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 16])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("kind", ["cnn", "two outputs", "container"])
def test_output_errors_are_those_that_python_computes(tmp_path, runtime, kind):
    source = np.random.default_rng(1)
    if kind == "two outputs":
        model, name, shape = two_outputs(tmp_path / "m.onnx"), "x", (50, 64)
    else:
        model, name, shape = CNN, "input", (50, 1, 8, 8)
    subject = model
    if kind == "container":
        subject = tmp_path / "m.spm"
        run(model, subject).succeeded()
    samples = source.standard_normal(shape).astype(np.float32)
    np.savez(tmp_path / "data.npz", **{name: samples})
    report = advise(subject, "--data", tmp_path / "data.npz", "--batch", "32")
    assert report["measure"] == "outputError"
    assert report["runs"]["samples"] == 50 and "seed" not in report["runs"]
    feeds = [{name: samples[:32]}, {name: samples[32:]}]
    for row in report["rows"]:
        if row["method"] == "lossless":
            assert row["outputError"] == 0
            continue
        out, _ = carry_out(row, tmp_path)
        run(out, tmp_path / "back.onnx", "-f").succeeded()
        wanted = relative_error(model, tmp_path / "back.onnx", feeds)
        assert row["outputError"] == pytest.approx(wanted, rel=1e-6), row["name"]
    found = [r["isOptimal"] for r in report["rows"]]
    assert found == front(report["rows"], "outputError")
    # It is what verify reports of the same files.
    verified = run("verify", subject, out, "--data", tmp_path / "data.npz", "--json").succeeded()
    errors = [output["relativeError"] for output in json.loads(verified.stdout)["runs"]["outputs"]]
    assert row["outputError"] == max(errors)


def test_random_samples_are_those_of_verify(tmp_path, runtime):
    report = advise(CNN, "--run", "--samples", "3", "--seed", "7", "--shape", "input=2x1x8x8")
    assert report["runs"]["samples"] == 3 and report["runs"]["seed"] == 7
    row = report["rows"][-1]
    out, _ = carry_out(row, tmp_path)
    verified = run("verify", CNN, out, "--samples", "3", "--seed", "7", "--shape", "input=2x1x8x8",
                   "--json").succeeded()  # fmt: skip
    (output,) = json.loads(verified.stdout)["runs"]["outputs"]
    assert row["outputError"] == output["relativeError"]
    assert advise(CNN)["measure"] == "weightError"
    assert not any("outputError" in row for row in advise(CNN)["rows"])


def test_suggestions_keep_to_the_output_error_where_it_is_known(runtime):
    for limit in (0.001, 0.4, 0.9):
        report = advise(CNN, "--run", "--max-error", str(limit))
        allowed = [r for r in report["rows"] if r["outputError"] <= limit]
        assert report["suggestions"][-1]["bytes"] == min(r["bytes"] for r in allowed)
    text = run("advise", CNN, "--run", "--max-error", "0.001").succeeded().stdout
    assert "8 random samples (seed 0) in ONNX Runtime" in text and "output error" in text
    assert "nothing smaller has an output error of at most 0.1 %" in text


def test_a_thousand_samples_are_enough(tmp_path, runtime):
    samples = np.random.default_rng(2).standard_normal((3000, 1, 8, 8)).astype(np.float32)
    np.savez(tmp_path / "all.npz", input=samples)
    np.savez(tmp_path / "some.npz", input=samples[np.arange(1024) * 3000 // 1024])
    every = advise(CNN, "--data", tmp_path / "all.npz")
    assert every["runs"]["samples"] == 1024
    assert every == advise(CNN, "--data", tmp_path / "some.npz")


def test_without_a_runtime_the_exit_code_is_that_of_verify(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", "/nowhere/libonnxruntime.so")
    np.savez(tmp_path / "data.npz", input=np.zeros((1, 1, 8, 8), np.float32))
    for words in (["--run"], ["--data", tmp_path / "data.npz"]):
        done = run("advise", CNN, *words)
        verified = run("verify", CNN, CNN, *([] if words == ["--run"] else words))
        assert (done.code, done.stderr) == (verified.code, verified.stderr)
        assert done.code == 69 and "Tools/setup --with-runtime" in done.stderr
    run("advise", CNN).succeeded()


def test_data_that_does_not_fit_is_refused(tmp_path, runtime):
    np.savez(tmp_path / "data.npz", input=np.zeros((4, 1, 8, 7), np.float32))
    done = run("advise", CNN, "--data", tmp_path / "data.npz")
    assert done.code == 65 and "float32 4x1x8x7" in done.stderr
    assert run("advise", CNN, "--data", tmp_path / "none.npz").code == 66
    assert run("advise", CNN, "--run", "--samples", "0").code == 64
    done = run("advise", CNN, "--run", "--timeout", "0.000001")
    assert done.code == 75 and "E-RUN-009" in done.stderr


def test_a_result_without_an_answer_is_warned_of(tmp_path, runtime):
    """An output that is zero in the original alone has no relative error."""
    model = onnx.load(two_outputs(tmp_path / "m.onnx"))
    same = onnx.TensorProto()
    same.CopyFrom(model.graph.initializer[0])
    same.name = "same"
    model.graph.initializer.append(same)
    model.graph.node.append(helper.make_node("Sub", ["w", "same"], ["zero"]))
    model.graph.output.append(helper.make_tensor_value_info("zero", TensorProto.FLOAT, [64, 32]))
    onnx.save(model, tmp_path / "m.onnx")
    report = advise(tmp_path / "m.onnx", "--run")
    pruned = [row for row in report["rows"] if row["method"] in ("unstructured", "pattern")]
    assert len(pruned) == 10 and not any("outputError" in row for row in pruned)
    ending = ': its output "zero" cannot be compared with the original\'s'
    named = [text.removesuffix(ending) for text in report["warnings"]]
    assert {row["name"] for row in pruned} <= set(named)


def test_outputs_that_are_no_numbers_say_nothing(tmp_path, runtime):
    model = onnx.load(two_outputs(tmp_path / "m.onnx"))
    model.graph.node.append(helper.make_node("SequenceConstruct", ["y"], ["list"]))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_sequence_value_info("list", TensorProto.FLOAT, None))
    onnx.save(model, tmp_path / "m.onnx")
    report = advise(tmp_path / "m.onnx", "--run")
    pruned = [row for row in report["rows"] if row["method"] != "lossless"]
    assert pruned and not any("outputError" in row for row in pruned)
    assert report["measure"] == "weightError"
    assert f"{pruned[0]['name']}: its outputs are no numbers" in report["warnings"]


def test_models_beyond_the_sample_are_not_run(large, runtime):
    report = advise(large, "--sample", "16M", "--run")
    assert report["measure"] == "weightError"
    assert any("are run" in text for text in report["warnings"])


def test_nothing_is_written_and_threads_change_nothing(tmp_path):
    model = tmp_path / "m.onnx"
    model.write_bytes(CNN.read_bytes())
    before = sha256(model)
    assert advise(model, "--threads", "1") == advise(model, "--threads", "3")
    assert [p.name for p in tmp_path.iterdir()] == ["m.onnx"] and sha256(model) == before


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A chain of 64 matrices of 1 MiB each, of different spreads."""
    source = np.random.default_rng(3)
    protos, nodes = [], []
    for i in range(64):
        array = source.standard_normal((512, 512), np.float32) * np.float32(1 + i / 64)
        protos.append(numpy_helper.from_array(array, f"w{i}"))
        nodes.append(helper.make_node("MatMul", [f"x{i}", f"w{i}"], [f"x{i + 1}"]))
    graph = helper.make_graph(nodes, "g",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, ["N", 512])],
        [helper.make_tensor_value_info("x64", TensorProto.FLOAT, ["N", 512])], protos)  # fmt: skip
    path = tmp_path_factory.mktemp("large") / "m.onnx"
    operators = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=operators, ir_version=8), path)
    return path


def test_a_sample_comes_near_and_says_so(tmp_path, large):
    whole = {r["name"]: r for r in advise(large)["rows"]}
    sampled = advise(large, "--sample", "16M", memory=200 * MEBIBYTE)["rows"]
    assert {r["name"] for r in sampled} == set(whole)
    for row in sampled:
        assert row["isEstimate"] and not whole[row["name"]]["isEstimate"]
        if row["method"] != "channels":
            assert row["bytes"] == pytest.approx(whole[row["name"]]["bytes"], rel=0.05), row["name"]
            assert row["weightError"] == pytest.approx(
                whole[row["name"]]["weightError"], abs=0.02)  # fmt: skip
    assert "estimated from a sample" in run("advise", large, "--sample", "16M").succeeded().stdout


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
def test_malformed_files_are_answers(path):
    done = run("advise", path, memory=150 * MEBIBYTE)
    wanted = run("inspect", path).code
    assert done.code == wanted if wanted else done.code in (0, 65, 66), done.stderr


def test_wrong_use():
    assert run("advise", CNN, "--max-error", "2").code == 64
    assert run("advise", CNN, "--sample", "much").code == 64
    assert run("advise", "/nothing.onnx").code == 66

"""`sparsify advise`: what it says is what its commands do."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import FIXTURES, MEBIBYTE, models, run, sha256, shared, tensors, without_shared

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


def front(rows):
    rows = [r for r in rows if "weightError" in r]
    return [
        not any(o["bytes"] <= r["bytes"] and o["weightError"] <= r["weightError"]
                and (o["bytes"], o["weightError"]) != (r["bytes"], r["weightError"]) for o in rows)
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
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
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

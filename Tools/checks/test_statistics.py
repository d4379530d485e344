"""Sums of what layers read: kept by calibrate, read by NumPy, used by pruning without a runtime."""

import json

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from support import FIXTURES, RUNTIME, run

MODEL = FIXTURES / "models" / "mlp.onnx"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Samples in two halves and as a whole, and statistics of each."""
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))
    model = onnx.load(MODEL)
    size = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
    source = np.random.default_rng(5)
    samples = source.random((120, size), np.float32)
    for name, part in (("one", samples[:60]), ("two", samples[60:]), ("all", samples)):
        np.savez(tmp_path / f"{name}.npz", **{model.graph.input[0].name: part})
        run("calibrate", MODEL, "--data", tmp_path / f"{name}.npz",
            "-o", tmp_path / f"{name}.spmstats").succeeded()
    return tmp_path


def weights(path):
    return {tensor.name: numpy_helper.to_array(tensor)
            for tensor in onnx.load(path).graph.initializer}


def test_numpy_reads_the_sums_of_the_samples(folder):
    with np.load(folder / "all.npz") as data:
        samples = data[data.files[0]].astype(np.float64)
    with np.load(folder / "all.spmstats") as sums:
        assert int(sums["spmstats"]) == 1 and int(sums["samples"]) == 120
        assert sums["0/count"].tolist() == [120]
        assert sums["0/tensor"].tobytes().decode() in weights(MODEL)
        np.testing.assert_allclose(sums["0/sums"][0], samples.sum(0), rtol=1e-9)
        lower = np.tril_indices(samples.shape[1])
        np.testing.assert_allclose(sums["0/products"][0], (samples.T @ samples)[lower], rtol=1e-9)


def test_sums_prune_without_a_runtime_and_add_up(folder, monkeypatch):
    options = ["--sparsity", "0.7", "--protect", "none"]
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", "/nowhere")
    run(MODEL, folder / "whole.onnx", *options, "--calibrate", folder / "all.spmstats").succeeded()
    done = run(MODEL, folder / "halves.onnx", *options, "--calibrate", folder / "one.spmstats",
               "--calibrate", folder / "two.spmstats", "--json").succeeded()
    assert json.loads(done.stdout)["calibration"]["samples"] == 120
    whole, halves = weights(folder / "whole.onnx"), weights(folder / "halves.onnx")
    assert whole.keys() == halves.keys()
    for name, values in whole.items():
        np.testing.assert_allclose(values, halves[name], rtol=1e-4, atol=1e-6)
    dense = weights(MODEL)
    pruned = [name for name in dense if dense[name].ndim == 2]
    assert pruned
    for name in pruned:
        assert np.count_nonzero(whole[name] == 0) == round(0.7 * whole[name].size)


def test_the_file_is_the_same_every_time(folder):
    words = ["calibrate", MODEL, "--data", folder / "all.npz", "-o", folder / "again.spmstats"]
    done = run(*words, "--json").succeeded()
    report = json.loads(done.stdout)
    assert report["schema"] == "sparsify/calibrate/1" and report["samples"] == 120
    again = folder / "again.spmstats"
    assert report["bytes"] == again.stat().st_size
    assert again.read_bytes() == (folder / "all.spmstats").read_bytes()
    assert run(*words).code == 73
    run(*words, "-f", "--samples", "40").succeeded()
    with np.load(again) as sums:
        assert int(sums["samples"]) == 40


@pytest.mark.parametrize("words, code", [
    (["--calibrate", "all.spmstats", "--calibrate", "all.npz", "--sparsity", "0.5"], 64),
    (["--calibrate", "all.spmstats", "--channels", "0.3"], 64),
    (["--calibrate", "cut.spmstats", "--sparsity", "0.5"], 65),
    (["--calibrate", "other.spmstats", "--sparsity", "0.5"], 65),
], ids=["samples beside sums", "channels", "damaged", "another model"])
def test_what_sums_cannot_do_is_told(words, code, folder):
    whole = (folder / "all.spmstats").read_bytes()
    (folder / "cut.spmstats").write_bytes(whole[:len(whole) // 2])
    with np.load(folder / "all.spmstats") as sums:
        arrays = dict(sums)
    arrays["0/rows"] = arrays["0/rows"] + 1
    with open(folder / "other.spmstats", "wb") as file:
        np.savez(file, **arrays)
    done = run(MODEL, "out.onnx", *words, "--protect", "none", cwd=folder)
    assert done.code == code, done.stderr
    assert "E-" in done.stderr and not (folder / "out.onnx").exists()

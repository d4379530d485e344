"""Every command prints one JSON object with the name of its schema, on success and on failure."""

import re
import shutil

import numpy as np
import pytest

from commands import working_commands
from support import FIXTURES, RUNTIME, one_object, run

CNN = FIXTURES / "models" / "cnn.onnx"

# The words after each command's name that make it succeed, where model.onnx and model.spm are.
WORDS = {
    "advise": ["model.onnx"],
    "batch merge": ["plan.jsonl", "-o", "results.jsonl"],
    "batch plan": ["model.onnx", "--out-dir", "small", "-o", "other.jsonl"],
    "batch report": ["plan.jsonl"],
    "batch run": ["plan.jsonl", "--resume"],
    "batch status": ["plan.jsonl"],
    "convert": ["model.onnx", "out.spm", "--sparsity", "0.5"],
    "diff": ["model.onnx", "model.spm"],
    "explain": ["E-ONNX-014"],
    "inspect": ["model.onnx"],
    "calibrate": ["model.onnx", "--data", "data.npz", "-o", "model.spmstats"],
    "extract": ["model.spm", "--tensor", "hidden.weight", "-o", "out.npy"],
    "limits": [],
    "recipe check": ["recipe.yaml"],
    "recipe init": [],
    "recipe schema": [],
    "sensitivity": ["model.onnx", "--data", "data.npz", "--levels", "50"],
    "verify": ["model.onnx", "model.spm", "--no-run"],
    "version": [],
    "completions": ["bash"],
}

# Where the plain name is that of the file that the command writes.
SCHEMAS = {"batch plan": "sparsify/batch-plan-summary/1"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))
    shutil.copy(CNN, tmp_path / "model.onnx")
    run(CNN, tmp_path / "model.spm").succeeded()
    np.savez(tmp_path / "data.npz", input=np.random.default_rng(0).random((4, 1, 8, 8), np.float32))
    (tmp_path / "recipe.yaml").write_text(run("recipe", "init").succeeded().stdout)
    run("batch", "plan", "model.onnx", "--out-dir", "all", "-o", "plan.jsonl", cwd=tmp_path)
    run("batch", "run", "plan.jsonl", cwd=tmp_path).succeeded()
    return tmp_path


def test_every_command_is_checked():
    assert working_commands() == sorted(WORDS)


@pytest.mark.parametrize("command", WORDS)
def test_a_result_is_one_object_of_a_known_schema(command, folder):
    done = run(*command.split(), *WORDS[command], "--json", cwd=folder).succeeded()
    assert done.stderr == ""
    usual = f"sparsify/{command.replace(' ', '-')}/1"
    assert one_object(done.stdout)["schema"] == SCHEMAS.get(command, usual)


@pytest.mark.parametrize("command", WORDS)
def test_a_failure_is_one_object_too(command, folder):
    done = run(*command.split(), *WORDS[command], "--json", "--no-such-option", cwd=folder)
    failure = one_object(done.stdout)
    assert (done.code, done.stderr) == (64, "")
    assert failure["schema"] == "sparsify/error/1"
    assert failure["error"]["exitCode"] == 64


def test_the_version_is_that_of_the_program():
    report = one_object(run("version", "--json").succeeded().stdout)
    assert run("--version").stdout == f"sparsify {report['version']}\n"
    assert report["formats"] == ["spm", "onnx"]
    assert report["instructions"] in ("scalar", "avx2", "avx512")
    libraries = {row["name"]: row["version"] for row in report["libraries"]}
    assert list(libraries) == ["libdeflate", "OpenSSL", "protobuf-c", "zstd"]
    for name, version in libraries.items():
        assert re.match(r"\d+\.\d+", version), name
    table = run("version").succeeded().stdout
    for word in (report["version"], report["swift"], report["container"], *libraries.values()):
        assert word in table

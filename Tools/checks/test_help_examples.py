"""Every command line that --help shows works as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import every_command, examples
from support import BINARY, FIXTURES, RUNTIME

CNN = FIXTURES / "models" / "cnn.onnx"


@pytest.fixture
def folder(tmp_path):
    """A folder with model.onnx, and sparsify on the path."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sparsify").symlink_to(BINARY)
    (tmp_path / "work").mkdir()
    for name in ("model.onnx", "in.onnx", "models/a.onnx", "zoo/b/c.onnx"):
        file = tmp_path / "work" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CNN, file)
    return tmp_path / "work"


DIGITS = f"""
import sys
import numpy as np
with np.load('{FIXTURES / 'data' / 'digits_test.npz'}') as data:
    pixels = (data['pixels'] / 16).astype('float32').reshape(-1, 1, 8, 8)
    np.savez(sys.argv[1], input=pixels, y=data['labels'])
"""

# What has to be there for a file that an example reads, and how it comes there.
SOURCES = {
    "model.spm": "sparsify -q model.onnx model.spm",
    "small.spm": "sparsify -q model.onnx small.spm --sparsity 50%",
    "pruned.spm": "sparsify -q model.onnx pruned.spm --sparsity 50%",
    "recipe.yaml": "sparsify recipe init > recipe.yaml",
    "r.yaml": "sparsify recipe init > r.yaml",
    "plan.jsonl": "sparsify batch plan -q models --out-dir all -o plan.jsonl",
    "score.py": "echo 'print(1)' > score.py",
    **{name: f"python -c \"{DIGITS}\" {name}" for name in ("test.npz", "samples.npz", "more.npz")},
    **{
        f"{name}.spmstats":
            f"python -c \"{DIGITS}\" d.npz && sparsify calibrate -q model.onnx --data d.npz -o {name}.spmstats"
        for name in ("model", "more")
    },
}
# Commands whose answer may be no.
ANSWERS = ("sparsify diff", "sparsify verify")


def shell(line, folder):
    path = f"{folder.parent / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], cwd=folder,
        env={**os.environ, "PATH": path, "SPARSIFY_ONNXRUNTIME": str(RUNTIME)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )


def pytest_generate_tests(metafunc):
    if "line" in metafunc.fixturenames:
        metafunc.parametrize("line", [line for _, line in examples()])


def test_an_example_runs(line, folder):
    written = re.findall(r"(?:-o|>|--out-dir) (\S+)", line)
    if re.match(r"sparsify \S+\.\S+ \S+\.\S+", line):
        written.append(line.split()[2])
    for name, source in SOURCES.items():
        if name in line.split() and name not in written or f"'python {name}'" in line:
            done = shell(source, folder)
            assert done.returncode == 0, done.stderr
    if "--resume" in line or "batch merge" in line:
        shell("sparsify batch run plan.jsonl", folder)
    done = shell(line, folder)
    allowed = (0, 1) if line.startswith(ANSWERS) else (0,)
    assert done.returncode in allowed, done.stderr


def test_commands_with_arguments_show_examples():
    shown = {words for words, _ in examples()}
    without = {words for words, _ in every_command()} - shown
    # The outermost help has those of convert, that of a family its members'; limits takes no arguments.
    family = {words for words in without if words.rpartition(" ")[0] in shown - {""}}
    assert without - family <= {"convert", "limits"}

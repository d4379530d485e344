"""Every command line that --help shows works as it stands there."""

import os
import shutil
import subprocess

import pytest

from commands import every_command, examples
from support import BINARY, FIXTURES, run

CNN = FIXTURES / "models" / "cnn.onnx"


@pytest.fixture
def folder(tmp_path):
    """A folder with model.onnx, and sparsify on the path."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sparsify").symlink_to(BINARY)
    (tmp_path / "work").mkdir()
    shutil.copy(CNN, tmp_path / "work" / "model.onnx")
    return tmp_path / "work"


def pytest_generate_tests(metafunc):
    if "line" in metafunc.fixturenames:
        metafunc.parametrize("line", [line for _, line in examples()])


def test_an_example_runs(line, folder):
    if "model.spm" in line and not line.startswith("sparsify model.onnx model.spm"):
        run(CNN, folder / "model.spm").succeeded()
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], cwd=folder, env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_commands_with_arguments_show_examples():
    shown = {words for words, _ in examples()}
    without = {words for words, _ in every_command()} - shown
    # The outermost help has those of convert; limits takes no arguments.
    assert without <= {"convert", "limits"}

"""One case for each exit code, and none without."""

import os
import re
import resource
import runpy
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from support import BINARY, FIXTURES, ROOT, process

CNN = FIXTURES / "models" / "cnn.onnx"
NOBODY = 65534


def tiny_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


# What leads to each code, where model.onnx and taken.spm are; and how it is run, if not as usual.
CASES = {
    0: (["model.onnx", "out.spm"], {}),
    1: (["diff", "model.onnx", "other.onnx"], {}),
    64: (["model.onnx", "out.spm", "--no-such-option"], {}),
    65: (["broken.onnx", "out.spm"], {}),
    66: (["missing.onnx", "out.spm"], {}),
    69: (
        ["verify", "model.onnx", "model.onnx"],
        {"env": {**os.environ, "SPARSIFY_ONNXRUNTIME": "/nowhere/libonnxruntime.so"}},
    ),
    73: (["model.onnx", "taken.spm"], {}),
    74: (["model.onnx", "out.spm"], {"preexec_fn": tiny_files}),
    75: (["model.onnx", "out.spm", "--max-memory", "1M"], {}),
    77: (["secret.onnx", "out.spm"], {"user": NOBODY if os.geteuid() == 0 else None}),
    78: (["model.onnx", "out.spm", "--recipe", "bad.yaml"], {}),
}

# Codes that no command line is known to lead to.
UNREACHED = {70: "only a bug has it"}


@pytest.fixture
def folder():
    """A folder that everybody may enter and write to, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        for file in ("model.onnx", "secret.onnx"):
            shutil.copy(CNN, folder / file)
        shutil.copy(FIXTURES / "models" / "mlp.onnx", folder / "other.onnx")
        (folder / "bad.yaml").write_text("version: 1\nsteps: 5\n")
        for program in (BINARY, BINARY.with_name("sparsify-runtime")):
            shutil.copy(program, folder)
        (folder / "secret.onnx").chmod(0)
        (folder / "broken.onnx").write_bytes(CNN.read_bytes()[:1000])
        (folder / "taken.spm").write_bytes(b"older")
        yield folder


@pytest.mark.parametrize("code", CASES)
def test_the_exit_code_says_what_happened(code, folder):
    words, options = CASES[code]
    done = subprocess.run(
        [folder / "sparsify", *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=60, **options,
    )
    assert done.returncode == code, done.stderr
    assert (folder / "out.spm").exists() == (code == 0)
    assert (folder / "taken.spm").read_bytes() == b"older"


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_a_signal_is_told_as_shells_do(name, tmp_path):
    """Standard input stays open, so that the program waits for it."""
    reader, writer = os.pipe()
    try:
        done = process(
            "--preserve-status", "-s", name, "0.3", BINARY, "-", tmp_path / "out.spm",
            stdin=reader, executable=shutil.which("timeout"),
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert done.returncode == 128 + getattr(signal, f"SIG{name}")
    assert os.listdir(tmp_path) == []


def test_every_code_has_a_case():
    source = (ROOT / "Sources" / "ByteStorage" / "DiagnosticError.swift").read_text()
    kinds = {int(code) for code in re.findall(r"case \w+ = (\d+)", source)}
    assert len(kinds) >= 10
    assert kinds | {0, 1} == set(CASES) | set(UNREACHED)
    assert not set(CASES) & set(UNREACHED)


def test_the_manual_lists_every_code():
    codes = runpy.run_path(str(ROOT / "Tools" / "manual"))["CODES"]
    assert [code for code, _ in codes] == sorted(set(CASES) | set(UNREACHED))

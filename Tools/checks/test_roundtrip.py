"""ONNX -> .spm -> ONNX brings back the same bytes, of the model and of each external data file."""

import sys
from pathlib import Path

import pytest

from support import (
    FIXTURES,
    ROOT,
    SHARED,
    data_files,
    models,
    run,
    run_program,
    sha256,
    without_shared,
)

READER = ROOT / "Tools" / "spm_reader.py"

# Files the converter refuses although they lie among sound ones, and why.
REFUSED = {
    "icm-31000000518082.onnx": "data type -100 and a nameless initializer, from a crash report",
}

MODELS = [
    *models(FIXTURES / "models", SHARED / "corpus" / "models", SHARED / "corpus" / "edge"),
    *without_shared(),
]


@pytest.mark.parametrize("path", MODELS)
def test_model_comes_back_byte_for_byte(path, tmp_path):
    container, again = tmp_path / "one.spm", tmp_path / "two.spm"
    if path.name in REFUSED:
        assert run(path, container).code == 65, REFUSED[path.name]
        return
    run(path, container, "--threads", "1", timeout=300).succeeded()
    run(path, again, "--threads", "2", timeout=300).succeeded()
    assert sha256(container) == sha256(again), "the thread count changed the bytes"

    back = tmp_path / "back" / path.name
    back.parent.mkdir()
    run(container, back, timeout=300).succeeded()
    for name in (path.name, *data_files(path)):
        assert sha256(back.parent / name) == sha256(path.parent / name), name
    written = {f.relative_to(back.parent).as_posix() for f in back.parent.rglob("*") if f.is_file()}
    assert written == {path.name, *(Path(n).as_posix() for n in data_files(path))}, "no other file"

    read = run_program(sys.executable, READER, container, "--verify", timeout=300)
    assert read.code == 0, read.stderr or read.stdout


def test_container_of_a_container_brings_the_model_back(tmp_path):
    model = FIXTURES / "models" / "cnn.onnx"
    first, second, back = (tmp_path / name for name in ("1.spm", "2.spm", "back.onnx"))
    run(model, first).succeeded()
    run(first, second).succeeded()
    run(second, back).succeeded()
    assert sha256(back) == sha256(model)


def test_existing_output_is_kept_without_force(tmp_path):
    output = tmp_path / "out.spm"
    output.write_bytes(b"mine")
    assert run(FIXTURES / "models" / "mlp.onnx", output).code == 73
    assert output.read_bytes() == b"mine"
    run(FIXTURES / "models" / "mlp.onnx", output, "--force").succeeded()
    assert output.read_bytes() != b"mine"

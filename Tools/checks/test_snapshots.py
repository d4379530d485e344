"""What the program prints, word for word: help, tables, summaries, errors.

Each file in snapshots/ is what a terminal would show after these command lines; lines of standard error
begin with "! ". After a change that is meant:  pytest Tools/checks/test_snapshots.py --update-snapshots
"""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from commands import every_command
from support import FIXTURES, process

SNAPSHOTS = Path(__file__).with_name("snapshots")
MODELS = FIXTURES / "models"

SCENES = {
    "convert": """
        sparsify model.onnx model.spm
        sparsify model.spm back.onnx
        sparsify model.onnx half.spm --sparsity 50%
        sparsify model.onnx verbose.spm --sparsity 0.5 -v
        sparsify model.onnx narrow.onnx --channels 0.5 -v
        sparsify model.onnx half.spm --sparsity 0.8 --dry-run
        sparsify model.onnx quiet.spm -q
    """,
    "inspect": """
        sparsify inspect model.onnx
        sparsify inspect model.onnx --by operator
        sparsify inspect model.onnx --by dtype
        sparsify inspect model.onnx --sparsity --all
        sparsify inspect model.onnx --groups
        sparsify -q model.onnx model.spm --sparsity 0.5
        sparsify inspect model.spm --by encoding
    """,
    "extract": """
        sparsify extract model.onnx --tensor conv1.weight -o w.npy
        sparsify extract model.onnx --tensor conv -o x.npy
        sparsify extract model.onnx --tensor conv1.weight -o w.npy
    """,
    "limits": "sparsify limits",
    "errors": """
        sparsify model.onnx
        sparsify model.onnx a.spm extra
        sparsify model.onnx a.spm --sparsty 0.5
        sparsify model.onnx a.spm --sparsity 1.5
        sparsify model.onnx a.spm --sparsity 0.5 --pattern 2:4
        sparsify model.onnx a.spm --only 'op:Conv'
        sparsify model.onnx a.txt
        sparsify model.onnx -
        sparsify model.onnx a.spm --max-memory 1M
        sparsify missing.onnx a.spm
        sparsify . a.spm
        sparsify empty.onnx a.spm
        sparsify cut.onnx a.spm
        sparsify page.onnx a.spm
        sparsify model.onnx taken.spm
        sparsify model.onnx model.onnx -f
        sparsify model.onnx none/a.spm
        sparsify inspect missing.onnx --json
        sparsify inspect model.onnx --by size
        sparsify completions csh
    """,
}


def pytest_generate_tests(metafunc):
    if "scene" in metafunc.fixturenames:
        scenes = dict(SCENES)
        for words, _ in every_command():
            scenes["-".join(["help", *words.split()])] = f"sparsify help {words}".strip()
        metafunc.parametrize("scene, lines", scenes.items(), ids=scenes)


@pytest.fixture
def folder(tmp_path):
    """A folder with a good model, broken ones, and a file that is in the way."""
    shutil.copy(MODELS / "cnn.onnx", tmp_path / "model.onnx")
    (tmp_path / "empty.onnx").touch()
    (tmp_path / "cut.onnx").write_bytes((MODELS / "cnn.onnx").read_bytes()[:1000])
    (tmp_path / "page.onnx").write_text("<!DOCTYPE html>\n<html></html>\n")
    (tmp_path / "taken.spm").touch()
    return tmp_path


def transcript(lines, folder):
    """The command lines, what they print, and their exit codes when these are not 0."""
    environment = {**os.environ, "COLUMNS": "100"}
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        environment.pop(variable, None)
    shown = ""
    for line in filter(None, map(str.strip, lines.splitlines())):
        done = process(*shlex.split(line)[1:], cwd=folder, env=environment)
        talk = "".join(f"! {row}\n" for row in done.stderr.decode().splitlines())
        shown += f"$ {line}\n{done.stdout.decode()}{talk}"
        shown += f"[{done.returncode}]\n" if done.returncode else ""
    # Seconds differ from run to run, and nothing else.
    return re.sub(r"(?<=, )[\d.]+ s$", "0.00 s", shown, flags=re.MULTILINE)


def test_the_program_prints_what_it_printed(scene, lines, folder, request):
    shown = transcript(lines, folder)
    path = SNAPSHOTS / f"{scene}.txt"
    if request.config.getoption("--update-snapshots"):
        path.write_text(shown)
    assert path.exists(), "a new scene: run with --update-snapshots and look at what it wrote"
    assert shown == path.read_text()


def test_no_snapshot_is_left_over():
    helps = {"-".join(["help", *words.split()]) for words, _ in every_command()}
    assert {path.stem for path in SNAPSHOTS.iterdir()} == helps | set(SCENES)

"""Every bad input gets its answer: exit code, one line, no file, no trap, little memory.

Rows of index.tsv (fixtures/malformed, and the two folders made here) are the cases.
"""

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import onnx
import pytest

from support import FIXTURES, MEBIBYTE, ROOT, SHARED, data_files, run, sha256, without_shared

SECONDS = 2

# The code for data files that are not there, which `inspect` can do without.
DATA_MISSING = "[E-ONNX-020]"

# Rows that need whole data files read: `inspect` reads none, so it cannot know.
NEEDS_DATA = {"D11-checksum-wrong"}


@dataclass
class Row:
    path: Path
    codes: set[int]
    message: str

    @property
    def size(self):
        """Bytes of the model and the regular files beside it that it may read."""
        files = [self.path]
        if self.path.name == "model.onnx":
            files = [f for f in self.path.parent.rglob("*") if f.is_file()]
        return sum(f.stat().st_size for f in files)


def rows(folder):
    for line in (folder / "index.tsv").read_text().splitlines()[1:]:
        file, _, codes, message, _ = line.split("\t")
        yield Row(folder / file, {int(code) for code in codes.split(",")}, message)


def parameters(folder):
    return [pytest.param(row, id=str(row.path.relative_to(folder))) for row in rows(folder)]


def made(option, folder):
    """The rows of the cases that make_malformed.py writes at test time."""
    script = ROOT / "Tools" / "fixtures" / "make_malformed.py"
    subprocess.run([sys.executable, script, option, folder], check=True)
    return list(rows(folder))


def check(row, folder):
    """`convert` and `inspect` give the row's answer."""
    folder.mkdir(exist_ok=True)
    memory = 64 * MEBIBYTE + 2 * row.size
    output = folder / "out.spm"
    conversion = run(row.path, output, timeout=SECONDS, memory=memory)
    inspection = run("inspect", row.path, timeout=SECONDS, memory=memory)
    runs = [conversion]
    if DATA_MISSING in conversion.stderr:
        assert "missing: " in inspection.succeeded().stdout
    elif row.path.parent.name not in NEEDS_DATA:
        assert inspection.code == conversion.code, "the same answer whoever asks"
        runs.append(inspection)
    for done in runs:
        assert done.code in row.codes, f"exit code {done.code}: {done.stderr}"
        check_words(done, row)
    if conversion.code == 0:
        check_round_trip(row.path, output, folder)
    else:
        assert os.listdir(folder) == [], "a failed run leaves no file"


def check_words(done, row):
    """A failing run says one line that fits; what it shows of the file cannot steer a terminal."""
    words = done.stderr.replace(os.fspath(row.path), "").replace(row.path.name, "")
    assert re.search(row.message, words, re.IGNORECASE), f"not /{row.message}/: {done.stderr}"
    if done.code != 0:
        assert done.stdout == ""
        first, *more = done.stderr.splitlines()
        assert first.startswith("sparsify: "), done.stderr
        assert all(line.startswith(" ") for line in more), done.stderr
    assert "\nsparsify: done" not in done.stdout + done.stderr, "a name forged a line"
    for character in done.stdout + done.stderr:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf"), (
            f"{character!r} in {(done.stdout + done.stderr)!r}"
        )


def check_round_trip(model, container, folder):
    back = folder / "back" / model.name
    back.parent.mkdir()
    run(container, back).succeeded()
    for name in (model.name, *data_files(model)):
        assert sha256(back.parent / name) == sha256(model.parent / name), name


@pytest.mark.parametrize("row", parameters(FIXTURES / "malformed"))
def test_file_gets_its_answer(row, tmp_path):
    check(row, tmp_path / "out")


@pytest.mark.parametrize("option", ["--large", "--special"])
def test_files_made_at_test_time_get_their_answers(option, tmp_path, subtests):
    for row in made(option, tmp_path / "in"):
        with subtests.test(row.path.relative_to(tmp_path / "in")):
            check(row, tmp_path / f"out-{row.path.parent.name}-{row.path.stem}")


INVALID = sorted((SHARED / "corpus" / "edge" / "invalid").glob("*.onnx"))


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name) for p in INVALID] + without_shared())
def test_invalid_file_of_the_corpus_is_refused(path, tmp_path):
    check(Row(path, {65, 66}, ""), tmp_path / "out")


def small_model():
    """The smallest sound model among the cases, to damage at every place."""
    return (FIXTURES / "malformed" / "B15-scalar.onnx").read_bytes()


def test_truncation_anywhere_is_refused(tmp_path):
    whole = small_model()
    path = tmp_path / "cut.onnx"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        done = run("inspect", path, timeout=SECONDS)
        assert done.code == 65, f"{length} of {len(whole)} bytes: {done.code} {done.stderr}"


def test_any_flipped_bit_is_refused_or_carried(tmp_path):
    whole = small_model()
    path, container, back = (tmp_path / name for name in ("flip.onnx", "flip.spm", "back.onnx"))
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        done = run("-f", path, container, timeout=SECONDS)
        assert done.code in (0, 65, 66), f"bit {bit}: {done.code} {done.stderr}"
        if done.code == 0:
            run("-f", container, back, timeout=SECONDS).succeeded()
            assert back.read_bytes() == flipped, f"bit {bit}"


def test_output_over_its_own_input_is_refused(tmp_path):
    source = FIXTURES / "malformed" / "D08-no-length-exact"
    model, data = tmp_path / "model.onnx", tmp_path / "weights.spm"
    model.write_bytes((source / "model.onnx").read_bytes().replace(b"weights.bin", b"weights.spm"))
    shutil.copy(source / "weights.bin", data)
    (tmp_path / "link.spm").symlink_to(data)
    for target in (data, model, tmp_path / "link.spm"):
        before = sha256(model), sha256(data)
        done = run("-f", model, target)
        assert done.code == 73, f"{target.name}: {done.code} {done.stderr}"
        assert (sha256(model), sha256(data)) == before
    assert sorted(os.listdir(tmp_path)) == ["link.spm", "model.onnx", "weights.spm"]


def test_data_files_of_many_terabytes_are_refused_at_once(tmp_path):
    """A hole in a file costs nothing, but may claim any size."""
    elements = 1 << 39
    model = onnx.ModelProto(ir_version=8)
    model.opset_import.add(version=17)
    model.graph.name = "g"
    for index in range(3):
        tensor = model.graph.initializer.add(
            name=f"w{index}", data_type=onnx.TensorProto.FLOAT, dims=[elements]
        )
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", "w.bin"), ("offset", str(4 * elements * index))):
            tensor.external_data.add(key=key, value=value)
        tensor.external_data.add(key="length", value=str(4 * elements))
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    try:
        os.truncate(os.open(tmp_path / "w.bin", os.O_CREAT | os.O_WRONLY), 3 * 4 * elements)
    except OSError as error:
        pytest.skip(f"no files of terabytes here: {error}")
    done = run("inspect", tmp_path / "m.onnx", timeout=SECONDS, memory=64 * MEBIBYTE)
    assert done.code == 65 and "4398046511104 bytes" in done.stderr, done.stderr

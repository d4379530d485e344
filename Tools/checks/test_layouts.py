"""How containers lie: `--layout mapped` and `--shard-size`."""

import json
import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support import FIXTURES, ROOT, run, sha256

sys.path.insert(0, str(ROOT / "Tools"))
import spm_reader  # noqa: E402


def test_mapped_tensors_can_be_mapped(tmp_path):
    source = FIXTURES / "models" / "mlp.onnx"
    run(source, tmp_path / "m.spm", "--layout", "mapped").succeeded()
    run(tmp_path / "m.spm", tmp_path / "back.onnx").succeeded()
    assert sha256(tmp_path / "back.onnx") == sha256(source)
    report = json.loads(run("inspect", tmp_path / "m.spm", "--json").succeeded().stdout)["report"]
    expected = {t.name: numpy_helper.to_array(t) for t in onnx.load(source).graph.initializer}
    mapped = [row for row in report["tensors"] if row["name"] in expected and "offset" in row]
    # Tiny tensors stay in the structure.
    assert {row["name"] for row in mapped} >= {n for n, a in expected.items() if a.size > 16}
    for row in mapped:
        array = np.memmap(
            tmp_path / "m.spm", row["elementType"], "r", row["offset"], tuple(row["shape"])
        )
        assert (array == expected[row["name"]]).all()
        assert row["elements"] < 2048 or row["offset"] % 4096 == 0


def test_a_mapped_container_packs_to_the_same_as_the_model(tmp_path):
    source = FIXTURES / "models" / "cnn.onnx"
    run(source, tmp_path / "mapped.spm", "--layout", "mapped").succeeded()
    run(tmp_path / "mapped.spm", tmp_path / "a.spm").succeeded()
    run(source, tmp_path / "b.spm").succeeded()
    assert sha256(tmp_path / "a.spm") == sha256(tmp_path / "b.spm")


def inspect(path):
    return json.loads(run("inspect", path, "--json").succeeded().stdout)["report"]


def refusal(code, *arguments):
    """What a command says that ends with this exit code."""
    done = run(*arguments)
    assert done.code == code, done.stderr
    return done.stderr


def shards(folder):
    return sorted(path.name for path in folder.glob("m.shard*.spm"))


@pytest.mark.parametrize("options", [[], ["--level", "small"], ["--layout", "mapped"]], ids=str)
@pytest.mark.parametrize("model", ["cnn.onnx", "cnn_external.onnx", "mlp_if.onnx"])
def test_shards_are_read_as_one_model(tmp_path, model, options):
    source, container = FIXTURES / "models" / model, tmp_path / "m.spm"
    run(source, container, "--shard-size", "20k", *options).succeeded()
    assert shards(tmp_path)
    for path in tmp_path.glob("m*.spm"):
        # A tensor that is larger stands alone.
        assert path.stat().st_size <= 20_000 or len(spm_reader.read(path).sections) == 1
    (tmp_path / "back").mkdir()
    run(container, tmp_path / "back" / model).succeeded()
    for file in (tmp_path / "back").iterdir():
        assert file.read_bytes() == (source.parent / file.name).read_bytes()
    spm_reader.read(container).verify()
    for name in shards(tmp_path):
        spm_reader.read(tmp_path / name).verify()
    run(container, tmp_path / "one.spm").succeeded()
    inspected = [inspect(path) for path in (container, tmp_path / "one.spm")]
    names = [[tensor["name"] for tensor in report["tensors"]] for report in inspected]
    assert names[0] == names[1]
    total = sum(path.stat().st_size for path in tmp_path.glob("m*.spm"))
    assert inspected[0]["fileBytes"] == total


def test_shards_that_are_in_the_way_missing_or_alone(tmp_path):
    source, container = FIXTURES / "models" / "cnn.onnx", tmp_path / "m.spm"
    (tmp_path / "m.shard1.spm").write_bytes(b"mine")
    assert "m.shard1.spm" in refusal(73, source, container, "--shard-size", "60k")
    assert not container.exists() and (tmp_path / "m.shard1.spm").read_bytes() == b"mine"
    run(source, container, "--shard-size", "60k", "-f").succeeded()
    alone = refusal(65, "inspect", tmp_path / "m.shard1.spm")
    assert "E-SPM-010" in alone and "hint" in alone
    # Its shards are inputs, too: they are not written over.
    refusal(73, container, container, "--shard-size", "60k", "-f")
    (tmp_path / "m.shard1.spm").unlink()
    assert "m.shard1.spm" in refusal(66, "inspect", container)

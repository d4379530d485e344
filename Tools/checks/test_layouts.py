"""How containers lie: `--layout mapped`."""

import json

import numpy as np
import onnx
from onnx import numpy_helper
from support import FIXTURES, run, sha256


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

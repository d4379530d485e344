"""`sparsify extract` against onnx and NumPy."""

import json
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import BINARY, FIXTURES, run

MODELS = ["cnn.onnx", "cnn_external.onnx", "cnn_fp16.onnx", "cnn_int8_qdq.onnx", "mlp_bf16.onnx"]
# Types that NumPy has: all of their arrays must be equal, as NumPy reads them.
PLAIN = ["FLOAT", "DOUBLE", "FLOAT16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16",
         "UINT32", "UINT64", "BOOL", "COMPLEX64", "COMPLEX128"]  # fmt: skip


def save(tensors, path):
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])], tensors)  # fmt: skip
    onnx.save(helper.make_model(graph), path)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", ["onnx", "spm"])
def test_every_tensor_of_a_model(tmp_path, model, kind):
    source = FIXTURES / "models" / model
    if kind == "spm":
        run(source, tmp_path / "m.spm").succeeded()
    loaded = onnx.load(source)
    for tensor in loaded.graph.initializer:
        file = source if kind == "onnx" else tmp_path / "m.spm"
        run("extract", file, "--tensor", tensor.name, "-o", tmp_path / "t.npy", "-f").succeeded()
        expected = numpy_helper.to_array(tensor)
        array = np.load(tmp_path / "t.npy")
        assert array.shape == expected.shape
        assert array.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", PLAIN)
def test_every_type_numpy_has(tmp_path, name):
    kind = getattr(TensorProto, name)
    array = np.arange(6).reshape(2, 1, 3).astype(helper.tensor_dtype_to_np_dtype(kind))
    for tensor in (array, array[0, 0, 1], array[:, :, :0]):
        save([numpy_helper.from_array(np.asarray(tensor), "t")], tmp_path / "m.onnx")
        run("extract", tmp_path / "m.onnx", "--tensor", "t", "-o", tmp_path / "t.npy",
            "-f").succeeded()  # fmt: skip
        back = np.load(tmp_path / "t.npy")
        assert back.dtype == tensor.dtype and back.shape == tensor.shape
        assert (back == tensor).all()


@pytest.mark.parametrize("name, dtype", [("BFLOAT16", "V2"), ("FLOAT8E5M2", "V1"), ("INT4", "V1")])
def test_types_numpy_lacks_are_bytes_and_a_warning(tmp_path, name, dtype):
    tensor = helper.make_tensor("t", getattr(TensorProto, name), [3], [1, 2, 3])
    save([tensor], tmp_path / "m.onnx")
    done = run("extract", tmp_path / "m.onnx", "--tensor", "t", "-o", tmp_path / "t.npy")
    assert "NumPy has no" in done.succeeded().stderr
    array = np.load(tmp_path / "t.npy")
    assert array.dtype == dtype
    run("extract", tmp_path / "m.onnx", "--tensor", "t", "-o", tmp_path / "t.bin").succeeded()
    assert (tmp_path / "t.bin").read_bytes() == array.tobytes()


def test_what_cannot_be_extracted_leaves_no_file(tmp_path):
    model = FIXTURES / "models" / "cnn.onnx"
    done = run("extract", model, "--tensor", "conv1.weigh", "-o", tmp_path / "t.npy")
    assert done.code == 64 and "conv1.weight" in done.stderr
    save([helper.make_tensor("t", TensorProto.STRING, [1], [b"x"])], tmp_path / "m.onnx")
    assert run("extract", tmp_path / "m.onnx", "--tensor", "t", "-o", tmp_path / "t.npy").code == 64
    assert not (tmp_path / "t.npy").exists()
    (tmp_path / "t.npy").write_text("mine")
    assert run("extract", model, "--tensor", "conv1.bias", "-o", tmp_path / "t.npy").code == 73
    assert (tmp_path / "t.npy").read_text() == "mine"
    done = run("extract", model, "--tensor", "conv1.bias", "-o", tmp_path / "t.npy", "-f", "--json")
    assert json.loads(done.succeeded().stdout)["elementType"] == "float32"


def test_a_tensor_of_a_container_is_read_alone(tmp_path):
    generator = np.random.default_rng(1)
    tensors = [generator.standard_normal((512, 1024), np.float32) for _ in range(20)]
    save([numpy_helper.from_array(a[:16] if i == 9 else a, f"t{i}") for i, a in enumerate(tensors)],
         tmp_path / "m.onnx")  # fmt: skip
    run(tmp_path / "m.onnx", tmp_path / "m.spm").succeeded()
    words = [BINARY, "extract", tmp_path / "m.spm", "--tensor", "t9", "-o", tmp_path / "t.npy", "-q"]
    # What a shell's children have read counts as its own once they have ended.
    script = '"$@" && cat /proc/$$/io'
    done = subprocess.run(["bash", "-c", script, "-", *words], capture_output=True, check=True)
    read = dict(line.split(b": ") for line in done.stdout.splitlines())
    programs = 400_000
    assert int(read[b"rchar"]) < (tmp_path / "m.spm").stat().st_size // 100 + programs
    assert (np.load(tmp_path / "t.npy") == tensors[9][:16]).all()

"""`sparsify diff` against onnx and NumPy: every count, every error."""

import json

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from support import FIXTURES, MEBIBYTE, models, run, shared, tensors, without_shared

CNN = FIXTURES / "models" / "cnn.onnx"
MALFORMED = sorted((FIXTURES / "malformed").glob("*.onnx"))
# Bits of an element, and the type that NumPy or ml_dtypes reads it as.
TYPES = {
    "FLOAT": (32, np.float32), "DOUBLE": (64, np.float64), "FLOAT16": (16, np.float16),
    "BFLOAT16": (16, ml_dtypes.bfloat16), "FLOAT8E4M3FN": (8, ml_dtypes.float8_e4m3fn),
    "FLOAT8E4M3FNUZ": (8, ml_dtypes.float8_e4m3fnuz), "FLOAT8E5M2": (8, ml_dtypes.float8_e5m2),
    "FLOAT8E5M2FNUZ": (8, ml_dtypes.float8_e5m2fnuz),
    "FLOAT8E8M0": (8, ml_dtypes.float8_e8m0fnu), "FLOAT4E2M1": (4, ml_dtypes.float4_e2m1fn),
    "INT2": (2, ml_dtypes.int2), "UINT2": (2, ml_dtypes.uint2), "INT4": (4, ml_dtypes.int4),
    "UINT4": (4, ml_dtypes.uint4), "INT8": (8, np.int8), "UINT8": (8, np.uint8),
    "INT16": (16, np.int16), "UINT16": (16, np.uint16), "INT32": (32, np.int32),
    "UINT32": (32, np.uint32), "INT64": (64, np.int64), "UINT64": (64, np.uint64),
    "BOOL": (8, np.bool_), "COMPLEX64": (64, np.complex64), "COMPLEX128": (128, np.complex128),
}  # fmt: skip


def save(path, *protos, nodes=None, **changes):
    nodes = nodes or [helper.make_node("Identity", ["x"], ["y"], name="n")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])]
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(protos))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    for name, value in changes.items():
        setattr(model, name, value)
    onnx.save(model, path)
    return path


def diff(first, second, *options, code=None):
    done = run("diff", first, second, "--json", *options)
    report = json.loads(done.stdout)
    assert report["schema"] == "sparsify/diff/1"
    assert done.code == (0 if report["isEqual"] else 1) and (code is None or done.code == code)
    return report


def codes(data, bits, count):
    """The elements as rows of bytes, or below a byte as their codes."""
    if bits >= 8:
        return np.frombuffer(data, np.uint8).reshape(count, bits // 8)
    unpacked = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    places = unpacked[: count * bits].reshape(count, bits)
    return np.packbits(places, axis=1, bitorder="little")


def numbers(rows, bits, dtype):
    if dtype in (ml_dtypes.int2, ml_dtypes.int4):
        values = rows[:, 0].astype(int)
        return np.where(values >> (bits - 1), values - (1 << bits), values).astype(float)
    if dtype in (ml_dtypes.uint2, ml_dtypes.uint4):
        return rows[:, 0].astype(float)
    values = np.ascontiguousarray(rows).reshape(-1).view(np.uint8 if dtype is np.bool_ else dtype)
    if dtype in (np.int64, np.uint64):
        return values.astype(object)
    with np.errstate(invalid="ignore"):
        return values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)


def expected(first, second, bits, dtype, count):
    """What diff must say of two tensors' bytes."""
    left, right = codes(first, bits, count), codes(second, bits, count)
    before, after = numbers(left, bits, dtype), numbers(right, bits, dtype)
    changed = (left != right).any(axis=1)
    zero = [np.array([v == 0 for v in values], bool) for values in (before, after)]
    exact = before.dtype == object
    finite = np.ones(count, bool) if exact else np.isfinite(before) & np.isfinite(after)
    counted = finite | ~changed & (True if exact else np.isfinite(before))
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(before - after)[finite & changed]
        squares = np.sum(np.abs(before[counted].astype(complex if not exact else float)) ** 2)
    largest = max((float(d) for d in distance), default=0.0)
    removed = sum(float(d) ** 2 for d in distance)
    return {
        "elements": count, "changed": int(changed.sum()),
        "zeroed": int((changed & ~zero[0] & zero[1]).sum()),
        "unzeroed": int((changed & zero[0] & ~zero[1]).sum()),
        "notFinite": int((changed & ~finite).sum()), "maxDifference": largest,
        "relativeError": float((removed / squares) ** 0.5) if squares else None,
    }  # fmt: skip


def check(found, wanted):
    for name in ("elements", "changed", "zeroed", "unzeroed", "notFinite"):
        assert found[name] == wanted[name], name
    assert found["maxDifference"] == pytest.approx(wanted["maxDifference"], rel=1e-12, abs=0)
    if wanted["relativeError"] is not None:
        assert found["relativeError"] == pytest.approx(wanted["relativeError"], rel=1e-9)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("count", [1, 7, 1000, 300_001])
def test_every_element_type(tmp_path, name, count):
    bits, dtype = TYPES[name]
    source = np.random.default_rng(count)
    size = (count * bits + 7) // 8
    first = source.integers(0, 256, size, np.uint8)
    # Zeros of both signs on either side.
    for _ in range(1 + size // 50):
        place = int(source.integers(0, size)) & ~15
        first[place : place + 16] = 0
    second = first.copy()
    changed = source.random(size) < 0.2
    second[changed] = source.integers(0, 256, int(changed.sum()), np.uint8)
    second[size // 3 : size // 2] = 0
    if name == "BOOL":
        first, second = first & 1, second & 1
    if name in ("DOUBLE", "COMPLEX128"):
        # Squares of numbers at the end of the range exceed a double.
        for data in (first, second):
            data[7::8] &= 0xBF
    # Bits behind the last element mean nothing, and are not what is tested here.
    spare = size * 8 - count * bits
    for data in (first, second):
        data[-1] &= 0xFF >> spare
    for file, data in (("a", first), ("b", second)):
        save(
            tmp_path / f"{file}.onnx",
            helper.make_tensor("t", getattr(TensorProto, name), [count], data.tobytes(), raw=True),
        )
    report = diff(tmp_path / "a.onnx", tmp_path / "b.onnx")
    if (codes(first, bits, count) == codes(second, bits, count)).all():
        assert report["isEqual"]
        return
    [row] = report["tensors"]
    check(row["contents"], expected(first.tobytes(), second.tobytes(), bits, dtype, count))
    # A container in place of either, and any number of threads, change nothing.
    run(tmp_path / "b.onnx", tmp_path / "b.spm").succeeded()
    again = diff(tmp_path / "a.onnx", tmp_path / "b.spm", "--threads", "1")
    assert again["tensors"] == report["tensors"]


@pytest.mark.parametrize(
    "path", [*models(FIXTURES / "models"), *models(shared("corpus", "models"))]
    if not without_shared() else [*models(FIXTURES / "models"), *without_shared()]
)  # fmt: skip
def test_real_models_after_pruning(tmp_path, path):
    run(path, tmp_path / "same.spm").succeeded()
    assert diff(path, tmp_path / "same.spm", code=0)["tensors"] == []
    done = run(path, tmp_path / "pruned.onnx", "--sparsity", "0.6", "--json").succeeded()
    pruned = json.loads(done.stdout)["pruning"]
    report = diff(path, tmp_path / "pruned.onnx")
    assert report["structure"]["nodes"] == [] and report["structure"]["metadata"] == []
    assert {row["kind"] for row in report["tensors"]} <= {"changed"}
    gone = sum(row["contents"]["zeroed"] for row in report["tensors"])
    # Integers go to their zero point, which is not always 0.
    if not any("int" in row["elementType"] for row in pruned["tensors"]):
        assert gone == pruned["zerosAfter"] - pruned["zerosBefore"]
        assert gone == sum(row["contents"]["changed"] for row in report["tensors"])
    before, after = (dict(tensors(onnx.load(file))) for file in (path, tmp_path / "pruned.onnx"))
    for row in report["tensors"]:
        if row["before"]["elementType"] != "float32" or row["name"] not in before:
            continue
        old, new = (numpy_helper.to_array(side[row["name"]]) for side in (before, after))
        wanted = expected(old.tobytes(), new.tobytes(), 32, np.float32, old.size)
        check(row["contents"], wanted)


def test_structure(tmp_path):
    weight = numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
    nodes = [helper.make_node("Gemm", ["x", "w"], ["h"], name="gemm", alpha=1.0),
             helper.make_node("Relu", ["h"], ["y"], name="relu")]  # fmt: skip
    first = save(tmp_path / "a.onnx", weight, nodes=nodes)
    nodes = [helper.make_node("Gemm", ["x", "w"], ["h"], name="gemm", alpha=0.5, transB=1),
             helper.make_node("Abs", ["h"], ["k"], name="abs"),
             helper.make_node("Neg", ["k"], ["y"], name="neg")]  # fmt: skip
    weight = numpy_helper.from_array(np.ones((2, 2), np.float16), "w")
    second = save(tmp_path / "b.onnx", weight, nodes=nodes, producer_name="me", ir_version=9)
    report = diff(first, second, code=1)
    rows = {(row["kind"], row["name"]): row for row in report["structure"]["nodes"]}
    changes = {c["name"]: c for c in rows["changed", "gemm"]["changes"]}
    assert set(changes) == {"attribute alpha", "attribute transB"}
    assert changes["attribute alpha"]["after"] == "0.5"
    assert "before" not in changes["attribute transB"]
    # The node that makes y is the same node, whatever it is called.
    assert {c["name"] for c in rows["changed", "relu"]["changes"]} == {"name", "operator", "inputs"}
    assert ("added", "abs") in rows and len(rows) == 3
    names = {change["name"] for change in report["structure"]["metadata"]}
    assert "producer_name" in names and "ir_version" in names
    [tensor] = report["tensors"]
    assert tensor["after"]["elementType"] == "float16" and "contents" not in tensor


def test_types_and_shapes_of_inputs(tmp_path):
    first = save(tmp_path / "a.onnx")
    model = onnx.load(first)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    model.graph.output.append(helper.make_tensor_value_info("x", TensorProto.INT8, [4]))
    onnx.save(model, tmp_path / "b.onnx")
    structure = diff(first, tmp_path / "b.onnx")["structure"]
    assert structure["inputs"] == [
        {"name": "x", "before": "float32 [N, 2]", "after": "float32 [batch, 2]"}]  # fmt: skip
    assert structure["outputs"] == [{"name": "x", "after": "int8 [4]"}]


def test_strings_and_documentation(tmp_path):
    paths = [save(tmp_path / f"{i}.onnx", helper.make_tensor("t", TensorProto.STRING, [1], [text]))
             for i, text in enumerate([b"x", b"y"])]  # fmt: skip
    assert [row["kind"] for row in diff(*paths, code=1)["tensors"]] == ["changed"]
    assert diff(paths[0], paths[0], code=0)["isEqual"]
    noted = save(tmp_path / "c.onnx", doc_string="a\x1b[31m b")
    done = run("diff", save(tmp_path / "d.onnx"), noted)
    assert done.code == 1 and "doc_string" in done.stdout and "\x1b" not in done.stdout


def test_text_is_short_unless_asked(tmp_path):
    def constants(add):
        arrays = [np.full(4, i + add, np.float32) for i in range(40)]
        return [numpy_helper.from_array(array, f"t{i}") for i, array in enumerate(arrays)]

    first = save(tmp_path / "a.onnx", *constants(0))
    second = save(tmp_path / "b.onnx", *constants(1))
    short, long = run("diff", first, second).stdout, run("diff", first, second, "-v").stdout
    assert "and 30 more" in short and short.count("\n") < 20
    assert "and 30 more" not in long and all(f"t{i} " in long for i in range(40))
    assert run("diff", first, second, "-q").stdout == ""
    equal = run("diff", first, first)
    assert equal.code == 0 and "the models are equal" in equal.stdout


def test_memory_does_not_grow_with_tensors(tmp_path):
    array = np.random.default_rng(1).standard_normal(1 << 26, np.float32)
    first = save(tmp_path / "a.onnx", numpy_helper.from_array(array, "t"))
    # Some are zero by chance.
    zeroed = np.count_nonzero(array[::5])
    array[::5] = 0
    second = save(tmp_path / "b.onnx", numpy_helper.from_array(array, "t"))
    done = run("diff", first, second, "--json", memory=100 * MEBIBYTE)
    [row] = json.loads(done.stdout)["tensors"]
    assert row["contents"]["zeroed"] == zeroed


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
def test_malformed_files_are_refused_as_by_inspect(path):
    inspected = run("inspect", path, "--json")
    # Inspect does without data files that are missing.
    is_whole = inspected.code != 0 or not json.loads(inspected.stdout)["report"]["missingFiles"]
    wanted = inspected.code if is_whole else 66
    for pair in ((path, CNN), (CNN, path)):
        done = run("diff", *pair, memory=100 * MEBIBYTE)
        # What inspect takes, diff compares; a model unlike the other is an answer.
        assert done.code == (wanted or 1), done.stderr
        assert wanted == 0 or str(path) in done.stderr


def test_missing_files_and_wrong_use():
    assert run("diff", CNN, "/nothing.onnx").code == 66
    assert run("diff", "/nothing.onnx", CNN).code == 66
    assert run("diff", CNN).code == 64
    done = run("diff", CNN, "/nothing.onnx", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "E-FILE-001"

"""Pruned models run in ONNX Runtime, and lose exactly the weights that were asked for."""

import functools
import json
import math
import re
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from support import FIXTURES, SHARED, identifier, models, run, tensors, without_shared

SETTINGS = {"sr": 16000}  # inputs whose value is a setting, not data


@dataclass
class Pruned:
    """One pruned tensor as the report tells of it."""

    name: str
    elements: int
    zeros: int
    axis: int | None


def pruned_tensors(report):
    """The only place that knows the report's field names."""
    return [
        Pruned(entry["name"], entry["elements"], entry["zerosAfter"], entry.get("axis"))
        for entry in report["pruning"]["tensors"]
        if entry.get("pruned") is not None
    ]


def manifest_rows():
    manifest = SHARED / "corpus" / "MANIFEST.tsv"
    if not manifest.exists():
        return {}
    lines = [line.split("\t") for line in manifest.read_text().splitlines()]
    run_column = lines[0].index("ort_run")
    return {
        f"corpus/{words[0]}": words[run_column] for words in lines[1:] if len(words) > run_column
    }


RUNS = manifest_rows()


def listed_shapes(path):
    """The input shapes that the manifest says ran: `ok in=name[1, 3];other[2] out=...`."""
    match = re.match(r"ok in=(.*) out=", RUNS.get(identifier(path), ""))
    shapes = {}
    for part in match[1].split(";") if match else []:
        name, dims = part.removesuffix("]").rsplit("[", 1)
        shapes[name] = [int(d) for d in dims.split(",") if d.strip()]
    return shapes


def has_float_weights(path):
    model = onnx.load(path, load_external_data=False)
    return any(
        tensor.data_type == onnx.TensorProto.FLOAT
        and len(tensor.dims) > 1
        and math.prod(tensor.dims) >= 1000
        for _, tensor in tensors(model)
    )


def runnable(folder):
    """Parameters for the models that ONNX Runtime runs and that have float32 weights."""
    return [
        parameter
        for parameter in models(folder)
        if not RUNS.get(parameter.id, "ok").startswith(("LOADFAIL", "RUNFAIL"))
        and has_float_weights(parameter.values[0])
    ]


def feeds(session, shapes, rng):
    """Random inputs; a size nobody knows is 1, and integers are 0 or 1."""
    result = {}
    for entry in session.get_inputs():
        dims = [d if isinstance(d, int) and d > 0 else 1 for d in entry.shape]
        dims = shapes.get(entry.name, dims)
        kind = {"tensor(float)": np.float32, "tensor(float16)": np.float16}.get(entry.type)
        if entry.name in SETTINGS:
            result[entry.name] = np.full(dims, SETTINGS[entry.name], np.int64)
        elif kind:
            result[entry.name] = rng.standard_normal(dims).astype(kind)
        else:
            integer = {"tensor(int32)": np.int32, "tensor(bool)": np.bool_}.get(
                entry.type, np.int64
            )
            result[entry.name] = rng.integers(0, 2, dims).astype(integer)
    return result


def outputs(path, shapes):
    """The shapes and types of what the model answers to seeded random inputs."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    answers = session.run(None, feeds(session, shapes, np.random.default_rng(0)))
    return [(answer.shape, answer.dtype) for answer in map(np.asarray, answers)]


@functools.cache
def original_outputs(path):
    return outputs(path, listed_shapes(path))


def arrays(path):
    """Name to the arrays of that name: one name may stand in several sub-graphs.

    A constant goes by its tensor's own name and by that of its value.
    """
    result = {}
    model = onnx.load(path)
    for name, tensor in tensors(model):
        if tensor.data_type == onnx.TensorProto.FLOAT:
            array = numpy_helper.to_array(tensor)
            for known in {name, tensor.name} - {""}:
                result.setdefault(known, []).append(array)
    for tensor in model.graph.sparse_initializer:
        result.setdefault(tensor.values.name, []).append(dense(tensor))
    return result


def dense(sparse):
    values, indices = map(numpy_helper.to_array, (sparse.values, sparse.indices))
    array = np.zeros(tuple(sparse.dims), values.dtype)
    if indices.ndim == 1:
        array.reshape(-1)[indices] = values
    else:
        array[tuple(indices.T)] = values
    return array


def prune(path, folder, *options):
    """The report and arrays of the pruned model, after it ran with outputs as the original's."""
    output, report = folder / path.name, folder / "report.json"
    run(path, output, *options, "--report", report, timeout=300).succeeded()
    shapes = listed_shapes(path)
    assert outputs(output, shapes) == original_outputs(path), "outputs of other shapes or types"
    return pruned_tensors(json.loads(report.read_text())), arrays(output)


def found(entry, by_name):
    """The array a report entry speaks of, whose zeros are as many as reported."""
    candidates = [a for a in by_name.get(entry.name, []) if a.size == entry.elements]
    zeros = [int(np.count_nonzero(array == 0)) for array in candidates]
    assert entry.zeros in zeros, f"{entry}: the file has {zeros} zeros"
    return candidates[zeros.index(entry.zeros)]


PARAMETERS = [
    *runnable(FIXTURES / "models"),
    *runnable(SHARED / "corpus" / "models"),
    *without_shared(),
]


@pytest.mark.parametrize("path", PARAMETERS)
def test_half_of_every_layer_goes(path, tmp_path):
    before = arrays(path)
    pruned, after = prune(path, tmp_path, "--sparsity", "0.5")
    assert pruned
    for entry in pruned:
        array = found(entry, after)
        own = max(int(np.count_nonzero(a == 0)) for a in before[entry.name] if a.size == array.size)
        exact = abs(entry.zeros - 0.5 * array.size) <= 0.5
        assert exact or entry.zeros == own > 0.5 * array.size, entry


@pytest.mark.parametrize("path", PARAMETERS)
def test_nine_tenths_of_all_weights_go(path, tmp_path):
    pruned, after = prune(path, tmp_path, "--sparsity", "0.9", "--scope", "global")
    total = sum(found(entry, after).size for entry in pruned)
    zeros = sum(entry.zeros for entry in pruned)
    assert total and abs(zeros - 0.9 * total) <= 0.5, f"{zeros} zeros of {total}"


@pytest.mark.parametrize("path", PARAMETERS)
def test_two_of_every_four_stay(path, tmp_path):
    pruned, after = prune(path, tmp_path, "--pattern", "2:4")
    assert pruned
    for entry in pruned:
        if entry.axis is None:  # the operator sums over several stored axes: too few zeros show
            assert entry.zeros >= 0.4 * entry.elements, entry
            continue
        rows = np.moveaxis(found(entry, after), entry.axis, -1)
        whole = rows.shape[-1] // 4 * 4
        groups = rows[..., :whole].reshape(*rows.shape[:-1], -1, 4)
        assert np.count_nonzero(groups, axis=-1).max(initial=0) <= 2, entry


@pytest.mark.parametrize("path", PARAMETERS)
def test_what_is_left_of_the_channels_runs(path, tmp_path):
    output = tmp_path / path.name
    run(path, output, "--channels", "0.3").succeeded()
    assert outputs(output, listed_shapes(path)) == original_outputs(path)


def test_model_with_data_files_is_pruned_with_them(tmp_path):
    path = FIXTURES / "models" / "cnn_external.onnx"
    output = tmp_path / "pruned.onnx"
    run(path, output, "--sparsity", "0.5").succeeded()
    assert list(onnx.load(output).graph.node) == list(onnx.load(path).graph.node)
    assert arrays(output).keys() == arrays(path).keys()

#!/usr/bin/env python3
"""How near to the limit whole files come, dense, cast, quantised and pruned, at two levels.

    entropy.py [--write]

Prints Markdown; --write also puts it into ENTROPY.md. The limit is that of limits.py: ideal static tables
for each tensor and nothing for the graph.
"""

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import deepcabac
import ml_dtypes
import numpy as np
import onnx
from limits import all_tensors, entropy, model_limit
from measure import run
from models import FOLDERS
from onnx import TensorProto, helper, numpy_helper
from report import megabytes, quotient, table

HERE = Path(__file__).resolve().parent
BINARY = HERE.parents[1] / ".build" / "release" / "sparsify"
CORPUS = FOLDERS[0]
LEVELS = ("balanced", "small")
SMALLEST_FLOAT_MODEL = 200_000
CAST = ("cifar_resnet20_bn", "ultraface_rfb_320", "minilm_l6_fp32")
CASTS = {
    "bfloat16": (TensorProto.BFLOAT16, ml_dtypes.bfloat16),
    "float16": (TensorProto.FLOAT16, np.float16),
}
PRUNINGS = {
    **{f"{share} %": ["--sparsity", f"{share}%"] for share in (50, 80, 90, 95)},
    **{
        f"{share} % over all": ["--sparsity", f"{share}%", "--scope", "global"]
        for share in (50, 80, 90, 95)
    },
    "2:4": ["--pattern", "2:4"],
    "4:8": ["--pattern", "4:8"],
}
SMALL_INTEGERS = {
    "ResNet-20 and a style network": ("cifar_resnet20_bn", "fns_candy"),
    "UltraFace and YuNet": ("ultraface_rfb_320", "yunet*"),
    "MiniLM": ("minilm_l6_fp32",),
}


@dataclass
class Sums:
    """Bytes of some models added up, and the model that comes out worst at the second level."""

    models: int = 0
    payload: int = 0
    limit: int = 0
    stored: dict = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    worst: tuple = (0.0, "")

    def add(self, name, path, container):
        limit = model_limit(onnx.load(path))
        self.models += 1
        self.payload += limit.payload_bytes
        self.limit += limit.limit_bytes
        for level in LEVELS:
            size = container_size(path, container, level)
            self.stored[level] += size
        self.worst = max(self.worst, (size / max(limit.limit_bytes, 1), name))

    @property
    def cells(self):
        ratios = [quotient(self.stored[level], self.limit, 4) for level in LEVELS]
        worst, name = self.worst
        return [str(self.models), megabytes(self.payload), *ratios, f"{worst:.3f} {name}"]


def container_size(path, container, level):
    run(BINARY, path, container, "-q", "-f", "--level", level)
    return container.stat().st_size


def float_models():
    """The float32 models of the corpus that have no other kinds of weights."""
    for path in sorted(CORPUS.rglob("*.onnx")):
        if not any(kind in path.name for kind in ("int8", "fp16", "bf16")):
            yield path


def cast(name, kind, path):
    model = onnx.load(CORPUS / f"{name}.onnx")
    data_type, dtype = CASTS[kind]
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            data = numpy_helper.to_array(tensor).astype(dtype).tobytes()
            tensor.CopyFrom(
                TensorProto(name=tensor.name, dims=tensor.dims, data_type=data_type, raw_data=data))
    onnx.save(model, path)


def rows(folder):
    """Each kind of model and its sums."""
    container, made = folder / "model.spm", folder / "model.onnx"
    sums = Sums()
    for path in float_models():
        sums.add(path.stem, path, container)
    yield "float32", sums
    for kind in CASTS:
        sums = Sums()
        for name in CAST:
            cast(name, kind, made)
            sums.add(name, made, container)
        yield f"cast to {kind}", sums
    sums = Sums()
    for path in sorted(CORPUS.rglob("*int8*.onnx")):
        sums.add(path.stem, path, container)
    yield "int8", sums
    large = [path for path in float_models() if path.stat().st_size > SMALLEST_FLOAT_MODEL]
    for pruning, options in PRUNINGS.items():
        sums = Sums()
        for path in large:
            run(BINARY, path, made, "-q", "-f", *options)
            sums.add(path.stem, made, container)
        yield f"float32, {pruning} pruned", sums


def small_integers(patterns):
    """The weights of some models, nine of ten zero, in 31 steps: the largest is 15 in each tensor."""
    for pattern in patterns:
        for path in sorted(CORPUS.glob(f"{pattern}.onnx")):
            for tensor in all_tensors(onnx.load(path).graph):
                if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
                    continue
                weights = numpy_helper.to_array(tensor)
                if weights.size >= 1000:
                    yield five_bits(weights)


def five_bits(weights):
    sizes = np.abs(weights)
    threshold = np.partition(sizes.ravel(), weights.size * 9 // 10)[weights.size * 9 // 10]
    kept = np.where(sizes < threshold, 0, weights)
    return np.clip(np.round(kept / (sizes.max() / 15)), -15, 15).astype(np.int8)


def integer_row(patterns, folder):
    """Bits a weight: entropy, DeepCABAC, each level; and what decoding takes at the last."""
    tensors = list(small_integers(patterns))
    count = sum(tensor.size for tensor in tensors)
    path, container = folder / "integers.onnx", folder / "integers.spm"
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    named = [numpy_helper.from_array(tensor, str(i)) for i, tensor in enumerate(tensors)]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "integers", values[:1], values[1:], named)
    onnx.save(helper.make_model(graph), path)
    ideal = sum(entropy(tensor.ravel().astype(np.int64) + 15) for tensor in tensors)
    cabac = [deepcabac.coded_size(tensor) for tensor in tensors]
    cells = [f"{ideal / count:.4f}"]
    cells.append("-" if None in cabac else f"{8 * sum(cabac) / count:.4f}")
    for level in LEVELS:
        container_size(path, container, level)
        cells.append(f"{8 * payload_size(container) / count:.4f}")
    return [f"{count / 1e6:.2f}", *cells, f"{count / 1e6 / decoding_time(container):.0f}"]


def payload_size(container):
    """What the tensors of a container take without its graph and index."""
    said = subprocess.run([BINARY, "inspect", container, "--json"], check=True, capture_output=True)
    return sum(tensor["storedBytes"] for tensor in json.loads(said.stdout)["report"]["tensors"])


def decoding_time(container):
    """Seconds of a whole run with one thread, the least of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run(BINARY, container, container.with_suffix(".back.onnx"), "-q", "-f", "--threads", "1")
        times.append(time.perf_counter() - start)
    return min(times)


def report(folder):
    heads = ["models", "files", "payload MB", *(f"{level} / limit" for level in LEVELS),
             "worst at small"]
    kinds = [[kind, *sums.cells] for kind, sums in rows(folder)]
    integer_heads = ["weights of", "million", "order 0", "DeepCABAC", *LEVELS, "million/s back"]
    integers = [[name, *integer_row(patterns, folder)] for name, patterns in SMALL_INTEGERS.items()]
    return (
        "# How near to the limit\n\nMade by `run entropy --write`. Bytes of whole files, graphs with them, divided by "
        "those\nof ideal static tables for each tensor (`limits.py`): contexts go below 1.\n\n"
        + table(heads, kinds)
        + "\nIntegers of five bits, nine of ten pruned in each tensor, in bits a weight; without the\n"
        "graph and the index, as DeepCABAC's have none. Decoding is a whole run of the program\n"
        "on a file at small, one thread.\n\n"
        + table(integer_heads, integers)
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        text = report(Path(folder))
    print(text)
    if options.write:
        (HERE / "ENTROPY.md").write_text(text)


if __name__ == "__main__":
    main()

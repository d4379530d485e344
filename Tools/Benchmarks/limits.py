#!/usr/bin/env python3
"""The entropy limit of a model: how small ideal static tables would make its tensors.

A float tensor takes the smaller of two counts of bits, both of order 0:
  dense   entropy of the signs, of the exponents and of each byte of the mantissa (the top byte may
          be narrower; none counts more than its width)
  sparse  n * H(p) for where the non-zeros are, p being their share, and the dense count of them
          alone; only +0.0 is zero
Any other tensor takes the entropy of its bytes, each position in the element by itself, and never
more than its size; strings take their size. Equal tensors count once. Headers, tables and the graph
count nothing, so a file at 1.00 times the limit wastes nothing; contexts can go below.
"""

import argparse
import hashlib
import json
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper


class FloatLayout(NamedTuple):
    """The bits of a float, the sign being the highest."""

    word: type
    exponent: int
    mantissa: int


FLOAT_LAYOUTS = {
    TensorProto.FLOAT: FloatLayout(np.uint32, 8, 23),
    TensorProto.FLOAT16: FloatLayout(np.uint16, 5, 10),
    TensorProto.BFLOAT16: FloatLayout(np.uint16, 8, 7),
}


@dataclass(frozen=True)
class TensorLimit:
    """What a tensor holds and how few bytes could hold it: 0 if an equal one came before."""

    name: str
    shape: tuple[int, ...]
    data_type: int
    payload_bytes: int
    limit_bytes: float


@dataclass(frozen=True)
class ModelLimit:
    """The limits of all tensors of a model, in the order of the file."""

    tensors: list[TensorLimit]

    @property
    def payload_bytes(self) -> int:
        return sum(tensor.payload_bytes for tensor in self.tensors)

    @property
    def limit_bytes(self) -> int:
        return math.ceil(sum(tensor.limit_bytes for tensor in self.tensors))

    @property
    def ratio(self) -> float | None:
        exact = sum(tensor.limit_bytes for tensor in self.tensors)
        return self.payload_bytes / exact if exact else None


def all_tensors(graph: onnx.GraphProto) -> Iterator[TensorProto]:
    """Initializers, values of sparse ones and tensor attributes, sub-graphs included."""
    yield from graph.initializer
    yield from (sparse.values for sparse in graph.sparse_initializer)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from all_tensors(attribute.g)
            for subgraph in attribute.graphs:
                yield from all_tensors(subgraph)


def payload(tensor: TensorProto) -> bytes:
    """The bytes a tensor's elements take, whichever field they are in."""
    if tensor.data_type == TensorProto.STRING:
        return b"".join(tensor.string_data)
    if tensor.HasField("raw_data"):
        return tensor.raw_data
    return numpy_helper.to_array(tensor).tobytes()


def entropy(symbols: np.ndarray) -> float:
    """Bits that an ideal static code takes for all the symbols, small non-negative integers."""
    total = symbols.size
    if total == 0:
        return 0.0
    counts = np.bincount(symbols)
    counts = counts[counts > 0].astype(np.float64)
    return float(total * math.log2(total) - (counts * np.log2(counts)).sum())


def bit_field(words: np.ndarray, low: int, width: int) -> np.ndarray:
    word = words.dtype.type
    return ((words >> word(low)) & word((1 << width) - 1)).astype(np.int64)


def dense_bits(words: np.ndarray, layout: FloatLayout) -> float:
    bits = entropy(bit_field(words, layout.mantissa, layout.exponent))
    bits += entropy(bit_field(words, layout.mantissa + layout.exponent, 1))
    # The mantissa from the top: first the bits above its last whole byte, then byte by byte.
    top = layout.mantissa
    while top > 0:
        width = top % 8 or 8
        top -= width
        bits += min(entropy(bit_field(words, top, width)), words.size * width)
    return bits


def float_limit(data: bytes, layout: FloatLayout) -> float:
    words = np.frombuffer(data, layout.word)
    kept = words[words != 0]
    if kept.size == 0:
        return 0.0
    dense = dense_bits(words, layout)
    if kept.size == words.size:
        return dense / 8
    zero = (words.size - kept.size) / words.size
    positions = -zero * math.log2(zero) - (1 - zero) * math.log2(1 - zero)
    return min(dense, words.size * positions + dense_bits(kept, layout)) / 8


def byte_limit(data: bytes, width: int) -> float:
    symbols = np.frombuffer(data, np.uint8)
    if symbols.size % width:
        width = 1
    return min(sum(entropy(symbols[i::width]) for i in range(width)) / 8, float(symbols.size))


def payload_limit(data: bytes, tensor: TensorProto) -> float:
    """The limit of one tensor by itself, in bytes."""
    if tensor.data_type == TensorProto.STRING:
        return float(len(data))
    if tensor.data_type in FLOAT_LAYOUTS:
        return float_limit(data, FLOAT_LAYOUTS[tensor.data_type])
    elements = math.prod(tensor.dims) or 1
    return byte_limit(data, max(1, len(data) // elements))


def distinct_payloads(model: onnx.ModelProto) -> Iterator[tuple[TensorProto, bytes, bool]]:
    """Each tensor, its bytes, and whether this is the first with these bytes and this type."""
    seen = set()
    for tensor in all_tensors(model.graph):
        data = payload(tensor)
        key = (tensor.data_type, hashlib.sha256(data).digest())
        yield tensor, data, key not in seen
        seen.add(key)


def model_limit(model: onnx.ModelProto) -> ModelLimit:
    """The limit of a model whose external data is loaded."""
    return ModelLimit([
        TensorLimit(tensor.name, tuple(tensor.dims), tensor.data_type, len(data),
                    payload_limit(data, tensor) if is_first else 0.0)
        for tensor, data, is_first in distinct_payloads(model)
    ])


def zstd_bytes(model: onnx.ModelProto) -> int | None:
    """What zstd -19 makes of the distinct payloads, one after the other; None without zstd."""
    if not shutil.which("zstd"):
        return None
    data = b"".join(data for _, data, is_first in distinct_payloads(model) if is_first)
    command = ["zstd", "-19", "-T0", "-q", "-c"]
    return len(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--per-tensor", action="store_true", help="print the limit of each tensor")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()

    model = onnx.load(options.model)
    limit = model_limit(model)
    if options.per_tensor:
        for tensor in sorted(limit.tensors, key=lambda tensor: -tensor.payload_bytes):
            print(f"{tensor.payload_bytes:>12} {tensor.limit_bytes:>14.1f}  "
                  f"{tensor.name} {list(tensor.shape)}")
    figures = {
        "dense_bytes": limit.payload_bytes,
        "limit_bytes": limit.limit_bytes,
        "limit_ratio": round(limit.ratio, 4) if limit.ratio else None,
        "zstd19_bytes": zstd_bytes(model),
    }
    if options.json:
        print(json.dumps(figures))
    else:
        print("  ".join(f"{name} {figure}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()

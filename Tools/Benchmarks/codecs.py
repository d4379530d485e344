#!/usr/bin/env python3
"""How small and how fast coders of weights are, in memory and per core.

    codecs.py [--rounds N] [--write]

Prints Markdown; --write also puts it into CODECS.md, and plots beside it. The bytes are the float
tensors of three models of ../shared/corpus: as they are, cast, quantised to int8 by row, and pruned by
tensor. Sparsify codes and decodes them chunk by chunk, without files and checksums; peers
(codec_peers.py) get them as one buffer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import codec_peers
import numpy as np
import onnx
from codec_plots import draw
from onnx import TensorProto, numpy_helper
from report import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODELS = ROOT.parent / "shared" / "corpus" / "models"
NAMES = ["cifar_resnet20_bn", "ultraface_rfb_320", "minilm_l6_fp32"]
LEVELS = ["fast", "balanced", "small"]


def weights():
    """The float tensors of all models."""
    for name in NAMES:
        model = onnx.load(MODELS / f"{name}.onnx")
        for tensor in model.graph.initializer:
            if tensor.data_type == TensorProto.FLOAT:
                yield numpy_helper.to_array(tensor)


def pruned(tensor, share):
    """Without the share of weights of smallest magnitude; vectors stay whole."""
    if tensor.ndim < 2:
        return tensor
    count = int(tensor.size * share)
    threshold = np.partition(np.abs(tensor), count, axis=None)[count]
    return np.where(np.abs(tensor) < threshold, 0, tensor)


def two_of_four(tensor):
    """The two larger ones of four neighbours."""
    if tensor.ndim < 2 or tensor.size % 4:
        return tensor
    groups = tensor.reshape(-1, 4)
    ranks = np.argsort(np.argsort(-np.abs(groups), axis=1, kind="stable"), axis=1)
    return np.where(ranks < 2, groups, 0)


def quantised(tensor):
    """Symmetric int8, with a scale for each row of a matrix."""
    rows = tensor.reshape(len(tensor), -1) if tensor.ndim > 1 else tensor.reshape(1, -1)
    scales = np.abs(rows).max(axis=1, keepdims=True) / 127
    return np.round(rows / np.where(scales == 0, 1, scales)).astype(np.int8)


def joined(tensors, change, kind=np.float32):
    return np.concatenate([change(t).ravel() for t in tensors]).astype(kind).tobytes()


def data(tensors):
    """Title, element type and bytes of what is coded."""
    for name, kind in codec_peers.TYPES.items():
        yield name, name, joined(tensors, quantised if name == "int8" else np.asarray, kind)
    for percent in (50, 80, 90, 95):
        yield (f"float32, {percent} % zero", "float32",
               joined(tensors, lambda tensor: pruned(tensor, percent / 100)))  # fmt: skip
    yield "float32, 2:4", "float32", joined(tensors, two_of_four)


def build():
    """The path of codec-bench, built for release."""
    build_folder = ROOT / ".build" / "codec-bench"
    words = ["swift", "build", "-c", "release", "--package-path", HERE / "Codecs"]
    subprocess.run([*words, "--scratch-path", build_folder], check=True, capture_output=True)
    return build_folder / "release" / "codec-bench"


def best(call, argument, rounds, prepare=lambda raw: raw):
    """The least processor time, in which neither other programs nor more threads help; of as many rounds
    as two seconds take, if that is more."""
    seconds = []
    while len(seconds) < rounds or (len(seconds) < 20 and sum(seconds) < 2):
        ready = prepare(argument)
        start = time.process_time()
        result = call(ready)
        seconds.append(time.process_time() - start)
    return min(seconds), result


def peer_rows(name, raw, rounds):
    """Bytes and seconds of each peer; a third function prepares what changes its input."""
    for label, (compress, decompress, *prepare) in codec_peers.makers(name):
        times = 1 if label in codec_peers.SLOW else rounds
        coding, coded = best(compress, raw, times, *prepare)
        decoding, back = best(decompress, coded, times)
        assert bytes(back) == raw
        yield label, (len(coded), coding, decoding)


def own_rows(bench, name, raw, rounds, folder):
    path = folder / "elements"
    path.write_bytes(raw)
    kind = "signed" if name == "int8" else "float"
    width = str(np.dtype(codec_peers.TYPES[name]).itemsize)
    for level in LEVELS:
        words = [bench, path, width, kind, level, str(rounds)]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        yield f"sparsify {level}", tuple(map(float, said[1:]))


def copying(raw, rounds):
    """Seconds that the C library takes to copy the bytes into memory that is there already."""
    source, target = np.frombuffer(raw, np.uint8), np.zeros(len(raw), np.uint8)
    return best(lambda source: np.copyto(target, source), source, rounds)[0]


def keep_memory():
    """Starts anew with a C library that keeps memory once it has it, for sparsify and peers alike: how
    soon the kernel gives memory is not what is measured."""
    if "MALLOC_TRIM_THRESHOLD_" not in os.environ:
        kept = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "8589934592",
                "MALLOC_TOP_PAD_": "67108864"}  # fmt: skip
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | kept)


def main():
    keep_memory()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    bench, tensors = build(), list(weights())
    text = "# Coders of weights\n\nMade by `codecs.py --write`: one thread, in memory, best of "
    text += f"{options.rounds} rounds to 20; GB/s of raw bytes and processor time. A copy of the same bytes "
    text += "stands last. Of sparsify: how many times sooner two threads are done, by the clock, and "
    text += "how many times sooner they are with arithmetic that shares nothing (machine).\n"
    with tempfile.TemporaryDirectory() as folder:
        for title, name, raw in data(tensors):
            own = own_rows(bench, name, raw, options.rounds, Path(folder))
            measured = dict([*own, *peer_rows(name, raw, options.rounds)])
            rows = [
                [label, f"{len(raw) / size:.4f}", f"{len(raw) / coding / 1e9:.2f}",
                 f"{len(raw) / decoding / 1e9:.2f}", *(f"{ratio:.2f}" for ratio in two_threads)]
                for label, (size, coding, decoding, *two_threads) in measured.items()
            ]  # fmt: skip
            rows.append(["memcpy", "", "", f"{len(raw) / copying(raw, options.rounds) / 1e9:.2f}"])
            text += f"\n## {title}, {len(raw) / 1e6:.0f} MB\n\n"
            heads = ["coder", "ratio", "compress GB/s", "decompress GB/s"]
            heads += ["compress, 2 threads", "decompress, 2 threads", "machine"]
            text += table(heads, [row + [""] * (len(heads) - len(row)) for row in rows])
    print(text)
    if options.write:
        (HERE / "CODECS.md").write_text(text)
        draw()


if __name__ == "__main__":
    main()

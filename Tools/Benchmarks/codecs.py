#!/usr/bin/env python3
"""How small and how fast coders of weights are, in memory and on one thread.

    codecs.py [--rounds N] [--write]

Prints Markdown; --write also puts it into CODECS.md. The bytes are the float tensors of three models
of ../shared/corpus, as they are, and cast to bfloat16 and float16. Sparsify codes and decodes them
chunk by chunk, without files and checksums; peers get them as one buffer, through their Python
packages, which only hand it on to C. Peers that are not installed are left out.
"""

import argparse
import importlib
import subprocess
import tempfile
import time
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from report import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODELS = ROOT.parent / "shared" / "corpus" / "models"
NAMES = ["cifar_resnet20_bn", "ultraface_rfb_320", "minilm_l6_fp32"]
TYPES = {"float32": np.float32, "bfloat16": ml_dtypes.bfloat16, "float16": np.float16}
LEVELS = ["fast", "balanced", "small"]


def weights():
    """The floats of all models."""
    parts = []
    for name in NAMES:
        model = onnx.load(MODELS / f"{name}.onnx")
        tensors = [t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT]
        parts += [numpy_helper.to_array(tensor).ravel() for tensor in tensors]
    return np.concatenate(parts)


def build():
    """The path of codec-bench, built for release."""
    build_folder = ROOT / ".build" / "codec-bench"
    words = ["swift", "build", "-c", "release", "--package-path", HERE / "Codecs"]
    subprocess.run([*words, "--scratch-path", build_folder], check=True, capture_output=True)
    return build_folder / "release" / "codec-bench"


def zstd(level):
    def make(package, _):
        compressor, decompressor = (
            package.ZstdCompressor(level=level), package.ZstdDecompressor(),
        )  # fmt: skip
        return compressor.compress, decompressor.decompress

    return "zstandard", make


def zipnn(package, name):
    coder = package.ZipNN(input_format="byte", bytearray_dtype=name, threads=1)
    # It changes what it is given.
    return lambda raw: coder.compress(bytearray(raw)), coder.decompress


def blosc2(package, name):
    width = np.dtype(TYPES[name]).itemsize
    package.set_nthreads(1)
    options = {"typesize": width, "clevel": 5, "filter": package.Filter.SHUFFLE,
               "codec": package.Codec.ZSTD}  # fmt: skip
    return lambda raw: package.compress(raw, **options), package.decompress


PEERS = {
    "zstd -3": zstd(3), "zstd -19": zstd(19), "ZipNN": ("zipnn", zipnn),
    "blosc2, shuffle + zstd": ("blosc2", blosc2),
}  # fmt: skip


def measured(compress, decompress, raw, rounds):
    """The coded size, and the least seconds of coding and of decoding."""
    coding, decoding, stored = [], [], b""
    for _ in range(rounds):
        began = time.perf_counter()
        stored = compress(raw)
        coding.append(time.perf_counter() - began)
        began = time.perf_counter()
        back = decompress(stored)
        decoding.append(time.perf_counter() - began)
        assert bytes(back) == raw
    return len(stored), min(coding), min(decoding)


def peer_rows(name, raw, rounds):
    for peer, (module, make) in PEERS.items():
        try:
            package = importlib.import_module(module)
        except ImportError:
            continue
        slow = peer == "zstd -19"
        yield peer, measured(*make(package, name), raw, 1 if slow else rounds)


def own_rows(bench, name, raw, rounds, folder):
    path = folder / name
    path.write_bytes(raw)
    width = str(np.dtype(TYPES[name]).itemsize)
    for level in LEVELS:
        words = [bench, path, width, "float", level, str(rounds)]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        yield f"sparsify {level}", (int(said[1]), float(said[2]), float(said[3]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    bench, values = build(), weights()
    text = "# Coders of weights\n\nMade by `codecs.py --write`: one thread, in memory, best of "
    text += f"{options.rounds} rounds; GB/s of raw bytes.\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in TYPES.items():
            raw = values.astype(kind).tobytes()
            own = own_rows(bench, name, raw, options.rounds, Path(folder))
            rows = [
                [label, f"{len(raw) / size:.4f}", f"{len(raw) / coding / 1e9:.2f}",
                 f"{len(raw) / decoding / 1e9:.2f}"]
                for label, (size, coding, decoding) in [*own, *peer_rows(name, raw, options.rounds)]
            ]  # fmt: skip
            text += f"\n## {name}, {len(raw) / 1e6:.0f} MB\n\n"
            text += table(["coder", "ratio", "compress GB/s", "decompress GB/s"], rows)
    print(text)
    if options.write:
        (HERE / "CODECS.md").write_text(text)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What a model of 10 GB costs: there, back, and one tensor taken out.

    huge.py [--gigabytes N] [--folder DIR] [--write]

Prints Markdown; --write also puts it into HUGE.md. The weights of the 400 matrices are drawn from those
of a trained model of ../shared/corpus, so that they have its statistics. It needs three times the size
on the disk of DIR.
"""

import argparse
import filecmp
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
from measure import run
from onnx import TensorProto, numpy_helper
from report import megabytes, table
from wire import write_model

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCE = ROOT.parent / "shared" / "corpus" / "models" / "minilm_l6_fp32.onnx"
BINARY = ROOT / ".build" / "release" / "sparsify"
MATRICES = 400


def trained_weights():
    model = onnx.load(SOURCE)
    tensors = [t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT]
    return np.concatenate([numpy_helper.to_array(t).ravel() for t in tensors if len(t.dims) > 1])


def bytes_read(*command):
    """What a command reads by system calls: a shell's children count as its own once they end."""
    script = '"$@" && cat /proc/$$/io'
    words = ["bash", "-c", script, "-", *map(str, command)]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return int(next(line for line in said.splitlines() if line.startswith("rchar")).split()[1])


def measured(gigabytes, folder):
    """Rows of work, seconds, peak memory and a note."""
    original, container = folder / "huge.onnx", folder / "huge.spm"
    pool = trained_weights()
    side = int((gigabytes * 1e9 / 4 / MATRICES) ** 0.5)
    write_model(original, MATRICES, side,
                lambda generator, side: generator.choice(pool, side * side))  # fmt: skip
    there = run(BINARY, original, container, "-q", "--threads", "2")
    back = run(BINARY, container, folder / "back.onnx", "-q", "--threads", "2")
    if not filecmp.cmp(original, folder / "back.onnx", shallow=False):
        raise SystemExit("the file that comes back is not the one that was converted")
    words = ["extract", container, "--tensor", "weight57", "-q", "-o"]
    out = run(BINARY, *words, folder / "one.npy")
    read = bytes_read(BINARY, *words, folder / "two.npy") / container.stat().st_size
    shrunk = original.stat().st_size / container.stat().st_size
    for name, cost, note in [
        ("to .spm", there, f"ratio {shrunk:.3f}"), ("back", back, "the same bytes"),
        (f"one of {MATRICES} tensors", out, f"reads {read * 100:.2f} % of the container"),
    ]:  # fmt: skip
        yield [name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", megabytes(cost.peak_bytes), note]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        rows = list(measured(options.gigabytes, Path(folder)))
    text = f"# A model of {options.gigabytes:g} GB\n\nMade by `huge.py --write`: two threads, on a disk."
    text += "\n\n" + table(["work", "wall s", "CPU s", "peak MB", ""], rows)
    print(text)
    if options.write:
        (HERE / "HUGE.md").write_text(text)


if __name__ == "__main__":
    main()

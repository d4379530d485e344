#!/usr/bin/env python3
"""What a batch of small models costs beside a shell loop, xargs and GNU parallel.

    batch.py [--models N] [--paths N] [--jobs N] [--rounds N] [--folder DIR]

Prints Markdown tables: many small models converted in several ways, and a plan of very many tiny
files. Needs a release build and nothing but Python; GNU parallel is left out when it is not there.
All ways work in turn, round after round, on files in memory when there is room; read the ratios.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build" / "release" / "sparsify"
MODELS = ROOT / "fixtures" / "models"
SOURCES = ("mlp.onnx", "lstm.onnx", "mlp_bf16.onnx")


def make_models(folder, count):
    """Copies of small models, each with a weight of its own."""
    contents = [(MODELS / name).read_bytes() for name in SOURCES]
    folder.mkdir(parents=True)
    for number in range(count):
        data = bytearray(contents[number % len(contents)])
        data[len(data) // 2:len(data) // 2 + 4] = number.to_bytes(4, "little")
        (folder / f"model{number:05}.onnx").write_bytes(data)


def ways(jobs):
    """Commands, run by bash where `in` holds models and `out` is empty, by name."""
    convert = '"$0" in/{}.onnx out/{}.spm -q --threads 1'
    names = "ls in | sed 's/.onnx$//'"
    found = {
        "shell loop": f'for m in $({names}); do {convert.replace("{}", "$m")}; done',
        f"xargs -P {jobs}": f"{names} | xargs -P {jobs} -I{{}} {convert}",
        "batch run -j 1": '"$0" batch run plan.jsonl -q -f --threads 1',
        f"batch run -j {jobs}": f'"$0" batch run plan.jsonl -q -f -j {jobs} --threads 1',
        "batch plan": '"$0" batch plan in --out-dir out -o other.jsonl -f -q',
    }
    if shutil.which("parallel"):
        found[f"parallel -j {jobs} --joblog"] = (
            f"{names} | parallel -j {jobs} --joblog log {convert.replace('$0', BINARY.as_posix())}")
    return found


def seconds(script, folder):
    """The time and the processor time that a script takes."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    before, began = os.times(), time.monotonic()
    subprocess.run(["bash", "-c", script, BINARY], cwd=folder, check=True)
    wall, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system
    return wall, cpu - before.children_user - before.children_system


def compare(folder, count, jobs, rounds):
    make_models(folder / "in", count)
    subprocess.run([BINARY, "batch", "plan", "in", "--out-dir", "out", "-o", "plan.jsonl", "-q"],
                   cwd=folder, check=True)
    scripts = ways(jobs)
    costs = {name: [] for name in scripts}
    for _ in range(rounds):
        for name, script in scripts.items():
            costs[name].append(seconds(script, folder))
    print(f"{count} small models, median of {rounds}:\n")
    print("| | seconds | ms a model | processor ms a model |\n|---|--:|--:|--:|")
    for name, cost in costs.items():
        wall, cpu = (statistics.median(values) for values in zip(*cost))
        print(f"| {name} | {wall:.2f} | {wall / count * 1000:.1f} | {cpu / count * 1000:.1f} |")
    loop, batch = (statistics.median(value[0] for value in costs[name])
                   for name in ("shell loop", "batch run -j 1"))
    print(f"\nOverhead of `batch run` over the loop: {(batch - loop) / count * 1000:.1f} ms a model.\n")


def plan_many(folder, count):
    """A plan of very many files, which are no models: finding and hashing them is all there is."""
    for number in range(count):
        place = folder / "many" / f"{number // 1000:03}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
        (place / f"{number:06}.onnx").write_bytes(b"%d" % number)
    launcher = [sys.executable, "-I", "-S", Path(__file__).with_name("launcher.py")]
    command = [BINARY, "batch", "plan", "many", "--out-dir", "out2", "-o", "many.jsonl", "-q"]
    done = subprocess.run([*launcher, *command], cwd=folder, check=True, capture_output=True)
    status = [BINARY, "batch", "status", "many.jsonl"]
    read = subprocess.run([*launcher, *status], cwd=folder, check=True, capture_output=True)
    print("| | seconds | peak MB |\n|---|--:|--:|")
    for name, text in ((f"plan of {count} files", done.stdout), ("its status", read.stdout)):
        cost = json.loads(text)
        print(f"| {name} | {cost['wall']:.1f} | {cost['peak_bytes'] / 1e6:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--paths", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    memory = Path("/dev/shm")
    parser.add_argument("--folder", type=Path, default=memory if memory.is_dir() else None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        compare(Path(folder), arguments.models, arguments.jobs, arguments.rounds)
        plan_many(Path(folder), arguments.paths)


main()

"""Running the binary, measuring it, and finding the files to run it on."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build" / "release" / "sparsify"
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"

# The library of Python's package, which the program is told to run models with.
RUNTIME = next(
    path
    for path in (Path(onnxruntime.__file__).parent / "capi").iterdir()
    if path.name.startswith("libonnxruntime.") and "providers" not in path.name
)

MEBIBYTE = 1 << 20


@dataclass
class Run:
    """One finished run; `code` is negative after a signal, `peak` the largest RSS in bytes."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    peak: int

    def succeeded(self):
        assert self.code == 0, f"exit code {self.code}: {self.stderr}"
        return self


def shared(*parts):
    """A path in ../shared; the test is skipped, saying so, when there is no such folder."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the checkout: its models are not checked")
    return SHARED.joinpath(*parts)


def run(*arguments, timeout=60, memory=None, cwd=None):
    """Runs sparsify; fails the test when it takes longer, or more memory (bytes), than allowed."""
    return run_program(BINARY, *arguments, timeout=timeout, memory=memory, cwd=cwd)


def run_program(*command, timeout=60, memory=None, cwd=None):
    reader, writer = os.pipe()
    watcher = [sys.executable, "-I", "-S", ROOT / "Tools" / "checks" / "watch.py"]
    try:
        done = subprocess.run(
            [*watcher, str(writer), str(timeout), *map(os.fspath, command)],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=cwd,
        )
    finally:
        os.close(writer)
    with os.fdopen(reader) as pipe:
        code, seconds, peak = pipe.read().split()
    texts = [text.decode(errors="backslashreplace") for text in (done.stdout, done.stderr)]
    result = Run(int(code), *texts, float(seconds), int(peak))
    words = " ".join(map(str, command[1:]))
    assert result.seconds < timeout, f"stopped after {timeout} s: {words}"
    if memory is not None:
        assert result.peak <= memory, (
            f"{result.peak / MEBIBYTE:.1f} MiB of {memory / MEBIBYTE:.1f}: {words}"
        )
    return result


def process(*arguments, **options):
    """A run without a watcher, its output as bytes."""
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 60, **options}
    return subprocess.run([BINARY, *arguments], **options)


def one_object(text):
    """The text is one JSON object and a line end, nothing else."""
    value, end = json.JSONDecoder().raw_decode(text)
    assert text[end:] == "\n"
    assert isinstance(value, dict)
    return value


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def graphs(model):
    """Every list of nodes of a model with what else it holds: graph, sub-graphs, functions."""
    stack = [model.graph, *model.functions]
    while stack:
        graph = stack.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    stack.append(attribute.g)
                stack.extend(attribute.graphs)


def tensors(model):
    """Every dense tensor of a model as (name, TensorProto); a Constant's name is its output's."""
    for graph in graphs(model):
        for tensor in getattr(graph, "initializer", ()):
            yield tensor.name, tensor
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield node.output[0] if node.op_type == "Constant" else "", attribute.t


def data_files(path):
    """The external data files of a model, as paths relative to it, sorted."""
    model = onnx.load(path, load_external_data=False)
    places = set()
    for _, tensor in tensors(model):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            places.update(entry.value for entry in tensor.external_data if entry.key == "location")
    return sorted(places)


def models(*folders):
    """The .onnx files under folders that exist, as test parameters named by file."""
    found = [path for folder in folders for path in sorted(folder.rglob("*.onnx"))]
    found = [path for path in found if "invalid" not in path.parts]
    return [pytest.param(path, id=identifier(path)) for path in found]


def identifier(path):
    root = ROOT if path.is_relative_to(ROOT) else SHARED
    return path.relative_to(root).as_posix()


def without_shared():
    """A parameter that skips visibly, standing for the models of a missing ../shared."""
    if SHARED.is_dir():
        return []
    reason = "no ../shared beside the checkout: its models are not checked"
    return [pytest.param(None, id="shared", marks=pytest.mark.skip(reason=reason))]

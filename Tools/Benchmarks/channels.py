#!/usr/bin/env python3
"""Removal of channels: how deep, how fast, and what it does to a trained network.

    channels.py [--sparsify PATH] [--write]

Prints Markdown; --write also puts it into CHANNELS.md. Four tables:

* every graph of ../shared/graphs: parameters left at 0.25, 0.5 and 0.75, and the milliseconds that
  analysis and removal take: a run with --channels less a run without, both without writing;
* the same milliseconds for chains of Conv and Relu of growing length: they should grow as it does;
* the same for torchvision's networks beside Torch-Pruning on the PyTorch module, in the same run
  (needs torch, torchvision and torch-pruning; left out without them);
* accuracy of a CIFAR-10 ResNet-20 by criterion and share, without fine-tuning.
"""

import argparse
import copy
import csv
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from report import table

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
RUNS = 9
SHARES = ["0.25", "0.5", "0.75"]
CRITERIA = ["l1", "l2", "batchnorm-scale", "geometric-median", "lamp", "random"]
# The names of the same networks in torchvision.
TORCHVISION = {
    "resnet18": "resnet18", "resnet50": "resnet50", "mobilenet_v2": "mobilenet_v2",
    "densenet121": "densenet121", "googlenet": "googlenet", "squeezenet1_1": "squeezenet1_1",
    "efficientnet_b0": "efficientnet_b0", "regnet_y_400mf": "regnet_y_400mf",
    "mnasnet0_5": "mnasnet0_5", "mobilenet_v3_small": "mobilenet_v3_small",
    "shufflenet_v2_x1_0": "shufflenet_v2_x1_0",
}  # fmt: skip


class Command:
    """The program under test."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, *arguments):
        began = time.perf_counter()
        subprocess.run([self.path, *arguments], check=True, capture_output=True)
        return time.perf_counter() - began

    def milliseconds(self, model, *options):
        """What the options add to a run that writes nothing: the median of pairs in turn."""
        output = self.folder / "none.onnx"
        extra = []
        for _ in range(RUNS):
            plain = self.run(model, output, "-n", "-q", "--threads", "1")
            extra.append(self.run(model, output, "-n", "-q", "--threads", "1", *options) - plain)
        return 1000 * statistics.median(extra)

    def left(self, model, *options):
        """The share of parameters that is left."""
        path = self.folder / "report.json"
        output = self.folder / "out.onnx"
        self.run(model, output, "-f", "-q", "--report", path, *options)
        channels = json.loads(path.read_text())["channels"]
        return channels["parametersAfter"] / max(channels["parametersBefore"], 1)


def index():
    with open(SHARED / "graphs" / "index.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def materialized(name, folder):
    tool = SHARED / "tools" / "materialize.py"
    graph = SHARED / "graphs" / f"{name}.onnx.zst"
    subprocess.run([sys.executable, tool, graph, "-o", folder], check=True, capture_output=True)
    return folder / f"{name}.onnx"


def graph_rows(command):
    rows = []
    for row in index():
        model = materialized(row["name"], command.folder)
        shares = [f"{command.left(model, '--channels', share):.3f}" for share in SHARES]
        took = command.milliseconds(model, "--channels", "0.5")
        rows.append(
            [row["name"], row["nodes"], *shares, row["torch_pruning_param_ratio"], f"{took:.0f}"]
        )
        model.unlink()
    return rows


def chain(path, length):
    """A network of so many convolutions, each with its Relu, and one more convolution."""
    draw = np.random.default_rng(0)
    nodes, constants, value = [], [], "image"
    for index in range(length + 1):
        shape = (8 if index < length else 5, 8 if index else 3, 3, 3)
        weights = draw.standard_normal(shape, dtype=np.float32) * 0.1
        constants.append(numpy_helper.from_array(weights, f"w{index}"))
        nodes.append(
            helper.make_node("Conv", [value, f"w{index}"], [f"c{index}"], pads=[1, 1, 1, 1])
        )
        nodes.append(helper.make_node("Relu", [f"c{index}"], [f"r{index}"]))
        value = f"r{index}"
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 8, 8])
    output = helper.make_tensor_value_info(value, TensorProto.FLOAT, ["N", 5, 8, 8])
    graph = helper.make_graph(nodes, "chain", [image], [output], constants)
    operators = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=operators, ir_version=8), path)
    return len(nodes)


def chain_rows(command):
    rows = []
    for length in (406, 1624, 6499, 12999):
        model = command.folder / "chain.onnx"
        nodes = chain(model, length)
        took = command.milliseconds(model, "--channels", "0.5")
        rows.append([f"{nodes:,}", f"{took:.0f}", f"{1000 * took / nodes:.0f}"])
    return rows


def peer_rows(command):
    if any(importlib.util.find_spec(n) is None for n in ("torch", "torchvision", "torch_pruning")):
        return []
    import torch
    import torch_pruning
    import torchvision

    rows = []
    for name, known in TORCHVISION.items():
        network = getattr(torchvision.models, known)(weights=None).eval()
        if hasattr(network, "aux_logits"):
            network.aux_logits, network.aux1, network.aux2 = False, None, None
        model = materialized(name, command.folder)
        mine = command.milliseconds(model, "--channels", "0.5")
        left = command.left(model, "--channels", "0.5")
        model.unlink()
        try:
            peer_left, peer = torch_pruned(torch, torch_pruning, network)
            words = [f"{peer_left:.3f}", f"{peer:.0f}", f"{mine / peer:.2f}"]
        except Exception as error:
            words = [type(error).__name__, "-", "-"]
        rows.append([name, f"{left:.3f}", f"{mine:.0f}", *words])
    return rows


def torch_pruned(torch, torch_pruning, network):
    """The share of parameters Torch-Pruning leaves, and its milliseconds."""
    image = torch.randn(1, 3, 224, 224)
    times = []
    for _ in range(3):
        pruned = copy.deepcopy(network)
        last = [m for m in pruned.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)][-1]
        began = time.perf_counter()
        pruner = torch_pruning.pruner.MagnitudePruner(
            pruned, image, importance=torch_pruning.importance.MagnitudeImportance(p=2),
            pruning_ratio=0.5, ignored_layers=[last],
        )
        pruner.step()
        times.append(time.perf_counter() - began)
        pruned(image)
    count = lambda n: sum(p.numel() for p in n.parameters())  # noqa: E731
    return count(pruned) / count(network), 1000 * statistics.median(times)


def accuracy(path, images, labels):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    logits = session.run(None, {name: images})[0]
    return float((logits.argmax(axis=1) == labels).mean())


def accuracy_rows(command):
    data = np.load(SHARED / "corpus" / "data" / "cifar10_test2000.npz")
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    deviation = np.array([0.229, 0.224, 0.225], np.float32)
    pixels = (data["images"].astype(np.float32) / 255 - mean) / deviation
    images, labels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)), data["labels"]
    model = SHARED / "corpus" / "models" / "cifar_resnet20_bn.onnx"
    rows = [["(none)", *[f"{100 * accuracy(model, images, labels):.1f}"] * 3]]
    output = command.folder / "out.onnx"
    for criterion in CRITERIA:
        row = [criterion]
        for share in ("0.1", "0.2", "0.3"):
            command.run(
                model, output, "-f", "-q", "--channels", share, "--channel-criterion", criterion
            )
            row.append(f"{100 * accuracy(output, images, labels):.1f}")
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sparsify", type=Path, default=ROOT / ".build/release/sparsify")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = Command(options.sparsify, Path(folder))
        graphs = graph_rows(command)
        chains = chain_rows(command)
        peers = peer_rows(command)
        accuracies = accuracy_rows(command)
    text = (
        "# Removal of channels\n\nMade by `channels.py --write`; weights are random, what is"
        " measured is the graph.\n\n## Parameters left, and milliseconds\n\n"
        "Torch-Pruning's figure is that of the suite's index, on the PyTorch module, at 0.5.\n\n"
        + table(["graph", "nodes", *SHARES, "Torch-Pruning", "ms"], graphs)
        + "\n## A chain of convolutions, at 0.5\n\n"
        + table(["nodes", "ms", "µs a node"], chains)
        + "\n## Beside Torch-Pruning, in the same run, at 0.5\n\n"
        + table(["network", "left", "ms", "Torch-Pruning", "its ms", "ratio of ms"], peers)
        + "\n## Accuracy of a CIFAR-10 ResNet-20, 2000 images, without fine-tuning, in per cent\n\n"
        + table(["criterion", "0.1", "0.2", "0.3"], accuracies)
    )
    print(text)
    if options.write:
        (Path(__file__).parent / "CHANNELS.md").write_text(text)


if __name__ == "__main__":
    main()

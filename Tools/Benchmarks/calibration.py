#!/usr/bin/env python3
"""Accuracy after pruning without training, with samples, beside onnxsim's pruning.

    calibration.py [--sparsify PATH] [--seeds 3] [--write]

Prints Markdown; --write also puts it into CALIBRATION.md. A CIFAR-10 ResNet-20 and an MNIST network of
../shared/corpus, its images without their labels as samples, 2000 (10,000) others to count right answers
of, and a sentence encoder. Our figures are means of so many draws of samples. onnxsim prunes every layer; its first convolution
and its classifier are put back dense, as ours stay, which helps it. Needs onnxruntime, and onnxsim for
its rows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import onnxsim_peer
from report import machine, table
from sentences import sentence_section

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
RESNET = CORPUS / "models" / "cifar_resnet20_folded.onnx"
MNIST = CORPUS / "models" / "mnist_cntk_8.onnx"
SAMPLES, PEER_SAMPLES = 1024, 256
LEVELS = [["--sparsity", share] for share in ("0.5", "0.7", "0.8", "0.9")] + [["--pattern", "2:4"]]
MACS = ["0.8", "0.7", "0.5"]
METHODS = {
    "magnitude": None,
    "magnitude, statistics repaired": ["--repair", "statistics"],
    "Wanda": ["--method", "wanda", "--repair", "none"],
    "SparseGPT": ["--method", "sparsegpt", "--repair", "none"],
    "magnitude, refit": ["--method", "magnitude"],
    "SparseGPT, refit": ["--method", "sparsegpt"],
    "ADMM, refit (the default)": [],
}


def cifar(name):
    with np.load(CORPUS / "data" / name) as data:
        images, labels = data["images"].astype(np.float32) / 255, data["labels"]
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    deviation = np.array([0.229, 0.224, 0.225], np.float32)
    return np.ascontiguousarray(((images - mean) / deviation).transpose(0, 3, 1, 2)), labels


def mnist(name):
    with np.load(CORPUS / "data" / name) as data:
        return data["images"].astype(np.float32).reshape(-1, 1, 28, 28), data["labels"]


def accuracy(model, images, labels, batch=100):
    """The share of right answers in per cent; `model` is a path, or a model in bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    answers = [session.run(None, {name: images[i:i + batch]})[0].reshape(-1, 10)
               for i in range(0, len(images), batch)]
    return 100 * (np.concatenate(answers).argmax(1) == labels).mean()


class Ours:
    """Runs of sparsify on one model, and their accuracies."""

    def __init__(self, sparsify, folder, model, samples, test, batch=100):
        self.command, self.folder, self.model = sparsify, folder, model
        self.samples, self.test, self.batch = samples, test, batch
        self.seconds = []

    def mean(self, words, seeds):
        """Over draws of samples; without `seeds` there are none."""
        scores = []
        for seed in seeds or [None]:
            calibration = [] if seed is None else [
                "--calibrate", self.samples, "--samples", str(SAMPLES), "--sampling-seed", str(seed)]
            output = self.folder / "out.onnx"
            start = os.times()
            subprocess.run([self.command, self.model, output, "-f", "-q", "--threads", "1",
                            *words, *calibration], check=True)
            end = os.times()
            self.seconds.append(end.children_user + end.children_system
                                - start.children_user - start.children_system)
            scores.append(accuracy(str(output), *self.test, self.batch))
        return float(np.mean(scores))


def ends(model):
    """The weights of the first convolution and of the classifier."""
    layers = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm", "MatMul")]
    constants = {t.name: t for t in model.graph.initializer}
    return [constants[layers[place].input[1]] for place in (0, -1)]


def restored(model, dense):
    for tensor, original in zip(ends(model), ends(dense)):
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(original), tensor.name))
    return model.SerializeToString()


def onnxsim_samples(dense, images):
    return [{dense.graph.input[0].name: images[i:i + 1]} for i in range(PEER_SAMPLES)]


def onnxsim_rows(images, test):
    dense = onnx.load(RESNET)
    samples = onnxsim_samples(dense, images)
    for name, prune in onnxsim_peer.weight_methods():
        models = [prune(dense, samples, **onnxsim_peer.goal(*level)) for level in LEVELS]
        yield [name, *(f"{accuracy(restored(model, dense), *test):.1f}" for model in models)]


def onnxsim_channel_rows(images, test):
    """A share of each layer's channels takes as large a share of the multiplications, about: it removes
    those between the two convolutions of a block."""
    dense = onnx.load(RESNET)
    samples = onnxsim_samples(dense, images)
    for name, prune in onnxsim_peer.channel_methods():
        models = [prune(dense, samples, sparsity=1 - float(left)) for left in MACS]
        yield [name, *(f"{accuracy(model.SerializeToString(), *test):.1f}" for model in models)]


def sections(sparsify, seeds, folder):
    images, test = cifar("cifar10_calibration2000.npz")[0], cifar("cifar10_test2000.npz")
    np.savez(folder / "cifar.npz", input=images)
    ours = Ours(sparsify, folder, RESNET, folder / "cifar.npz", test)
    rows = list(onnxsim_rows(images, test))
    ends_stay = ["--except", "onnx::Conv_284", "--except", "linear.weight"]
    for name, options in METHODS.items():
        words = ends_stay if options is None else options
        rows.append([name, *(f"{ours.mean(level + words, None if options is None else seeds):.1f}"
                             for level in LEVELS)])
    yield (f"## Single weights of a CIFAR-10 ResNet-20\n\nDense: {accuracy(str(RESNET), *test):.2f} %. "
           f"{SAMPLES} samples, {PEER_SAMPLES} for onnxsim, means of {len(seeds)} draws; the first "
           "convolution and the classifier stay dense. The last row took "
           f"{np.mean(ours.seconds[-len(LEVELS) * len(seeds):]):.1f} s of processor time a run.\n\n"
           + table(["", *(" ".join(level).removeprefix("--") for level in LEVELS)], rows))
    draws = range(3 * len(seeds))
    rows = [*onnxsim_channel_rows(images, test),
            ["L1 of filters", *(f"{ours.mean(['--target-macs', share, '--channel-criterion', 'l1'], None):.1f}"
                               for share in MACS)],
            ["with samples (the default)", *(f"{ours.mean(['--target-macs', share], draws):.1f}"
                                             for share in MACS)]]
    yield (f"## Channels of the same network, by multiplications left\n\nMeans of {len(draws)} draws: which "
           "channels go hangs by last digits, and moves single draws by 0.3 points. onnxsim, with "
           f"{PEER_SAMPLES} samples, takes such a share of each layer's channels.\n\n"
           + table(["", *MACS], rows))
    test = mnist("mnist_test.npz")
    np.savez(folder / "mnist.npz", Input3=mnist("mnist_train12000.npz")[0])
    ours = Ours(sparsify, folder, MNIST, folder / "mnist.npz", test, batch=1)
    shares = ["0.8", "0.9", "0.95"]
    rows = [["magnitude", *(f"{ours.mean(['--sparsity', s, '--except', 'Parameter5'], None):.1f}" for s in shares)],
            ["ADMM, refit", *(f"{ours.mean(['--sparsity', s, '--protect', 'first'], seeds):.1f}" for s in shares)]]
    yield (f"## A network for MNIST, first convolution dense\n\nDense: {accuracy(str(MNIST), *test, 1):.2f} %.\n\n"
           + table(["", *shares], rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sparsify", type=Path, default=ROOT / ".build" / "release" / "sparsify")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not CORPUS.is_dir():
        sys.exit("calibration.py: there is no ../shared/corpus")
    library = next(path for path in (Path(onnxruntime.__file__).parent / "capi").iterdir()
                   if path.name.startswith("libonnxruntime.") and "providers" not in path.name)
    os.environ["SPARSIFY_ONNXRUNTIME"] = str(library)
    with tempfile.TemporaryDirectory() as folder:
        parts = list(sections(arguments.sparsify, range(arguments.seeds), Path(folder)))
        parts.append(sentence_section(arguments.sparsify, Path(folder)))
    text = ("# Accuracy after pruning without training\n\nMade by `calibration.py --write`; "
            f"per cent of right answers. {machine(arguments.sparsify)}\n"
            + "\n".join(parts))
    print(text)
    if arguments.write:
        (Path(__file__).parent / "CALIBRATION.md").write_text(text)


if __name__ == "__main__":
    main()

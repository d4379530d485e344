"""What large models cost, what pruning adds, and how soon short commands are done."""

import filecmp
from pathlib import Path

from measure import CommandFailed, Cost, Job, interleaved, median, run
from models import BenchmarkModel
from report import megabytes, table
from wire import write_model

MATRICES = 100
BIG_SIDES = {"1.5 GB": 1936, "3 GB": 2738}
PRUNED_SIDE = 800  # 100 matrices of 800 x 800 are 64 M weights.
PRUNING_ROUNDS = 3
SHORT_ROUNDS = 20


def big_rows(name: str, side: int, sparsify: Path, folder: Path) -> list[list[str]]:
    """The costs of one large model there and back."""
    original, container = folder / "big.onnx", folder / "big.spm"
    back = BenchmarkModel(name, folder / "back.onnx")
    write_model(original, MATRICES, side)
    try:
        there = run(sparsify, original, container, "-q", "--threads", "2")
        back_again = run(sparsify, container, back.path, "-q", "--threads", "2")
        if not filecmp.cmp(original, back.path, shallow=False):
            raise CommandFailed("the file that comes back is not the one that was converted")
        shrunk = f"{original.stat().st_size / container.stat().st_size:.3f}"
    finally:
        for file in folder.glob("ba*"):
            file.unlink()
        original.unlink()
        container.unlink(missing_ok=True)
    return [[f"{name} to .spm", *cells(there), shrunk], [f"{name} back", *cells(back_again), ""]]


def cells(cost: Cost) -> list[str]:
    return [f"{cost.wall:.2f}", f"{cost.cpu:.2f}", megabytes(cost.peak_bytes)]


def big_section(sparsify: Path, folder: Path, failures: list[str]) -> str:
    lines = []
    for name, side in BIG_SIDES.items():
        try:
            lines += big_rows(name, side, sparsify, folder)
        except CommandFailed as failure:
            failures.append(f"{name}: {failure}")
    return (
        "## Large models\n\n"
        f"One file with {MATRICES} float32 matrices of normal random weights, two threads, one\n"
        "run each; what comes back is compared byte by byte.\n\n"
    ) + table(["work", "wall s", "CPU s", "peak MB", "ratio"], lines)


def pruning_rows(extension: str, model: Path, sparsify: Path, folder: Path) -> list[list[str]]:
    output = folder / f"pruned.{extension}"
    convert = [sparsify, model, output, "-q"]
    prune = [*convert, "--sparsity", "0.9", "--scope", "global"]
    plain, pruned = map(median, interleaved([Job(convert, output), Job(prune, output)],
                                            PRUNING_ROUNDS))
    output.unlink()
    return [
        [f"to .{extension}", *cells(plain)],
        [f"to .{extension}, pruned", *cells(pruned)],
        ["difference", f"{pruned.wall - plain.wall:.2f}", f"{pruned.cpu - plain.cpu:.2f}", ""],
    ]


def pruning_section(sparsify: Path, folder: Path, failures: list[str]) -> str:
    model, lines = folder / "weights.onnx", []
    write_model(model, MATRICES, PRUNED_SIDE)
    for extension in ["onnx", "spm"]:
        try:
            lines += pruning_rows(extension, model, sparsify, folder)
        except CommandFailed as failure:
            failures.append(f"pruning to .{extension}: {failure}")
    model.unlink()
    return (
        "## Cost of pruning\n\n"
        f"{MATRICES * PRUNED_SIDE ** 2 // 10 ** 6} M weights, 90 % of all pruned by magnitude"
        f" (`--scope global`); medians of {PRUNING_ROUNDS} runs.\n"
        "To `.onnx` the difference is what pruning costs; to `.spm` sparse weights also change\n"
        "what there is to compress.\n\n"
    ) + table(["work", "wall s", "CPU s", "peak MB"], lines)


def short_section(model: BenchmarkModel, sparsify: Path, failures: list[str]) -> str:
    jobs = {f"inspect {model.name}": Job([sparsify, "inspect", model.path]),
            "--help": Job([sparsify, "--help"])}
    lines = []
    for name, job in jobs.items():
        try:
            cost = median(interleaved([job], SHORT_ROUNDS)[0])
            lines.append([name, f"{cost.wall * 1000:.1f}", megabytes(cost.peak_bytes)])
        except CommandFailed as failure:
            failures.append(f"{name}: {failure}")
    return (
        f"## Short commands\n\nMedians of {SHORT_ROUNDS} runs.\n\n"
    ) + table(["command", "wall ms", "peak MB"], lines)

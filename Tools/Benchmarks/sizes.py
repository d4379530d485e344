"""How small the models become, as they are and pruned, beside other compressors and the limit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, TypeVar

import peers
from report import megabytes, quotient, table
from measure import CommandFailed, run
from models import BenchmarkModel

PRUNINGS = {
    "50 %": ["--sparsity", "0.5"],
    "80 %": ["--sparsity", "0.8"],
    "90 %": ["--sparsity", "0.9"],
    "95 %": ["--sparsity", "0.95"],
    "2:4": ["--pattern", "2:4"],
}


@dataclass(frozen=True)
class Sizes:
    """Bytes of one model, or of several added up."""

    model: int
    payload: int
    limit: int
    sparsify: int
    sparsify_small: int
    peers: dict[str, int | None]

    @property
    def smallest_peer(self) -> int:
        return min(size for size in self.peers.values() if size is not None)

    @property
    def verdict(self) -> str:
        if self.sparsify < self.smallest_peer:
            return "yes"
        return "at small" if self.sparsify_small < self.smallest_peer else "**no**"

    @property
    def cells(self) -> list[str]:
        return [
            megabytes(self.model), megabytes(self.payload),
            quotient(self.model, self.limit), quotient(self.model, self.sparsify),
            quotient(self.sparsify, self.limit), quotient(self.model, self.sparsify_small),
            *(quotient(self.model, size) for size in self.peers.values()),
        ]


@dataclass(frozen=True)
class PrunedSizes:
    """Bytes of one pruned model, or of several added up."""

    limit: int
    sparsify: int
    zstd: int

    @property
    def cell(self) -> str:
        return f"{quotient(self.sparsify, self.limit)} / {quotient(self.zstd, self.limit)}"


Row = TypeVar("Row")


def measured(models: list[BenchmarkModel], failures: list[str],
             measure: Callable[[BenchmarkModel], Row]) -> dict[str, Row]:
    """The rows of the models that could be measured, by name; the others become failures."""
    rows = {}
    for model in models:
        try:
            rows[model.name] = measure(model)
        except CommandFailed as failure:
            failures.append(f"{model.name}: {failure}")
    return rows


def container_size(sparsify: Path, model: BenchmarkModel, folder: Path,
                   level: str = "balanced") -> int:
    output = folder / "model.spm"
    run(sparsify, model.path, output, "-q", "-f", "--level", level)
    return output.stat().st_size


def sizes_of(model: BenchmarkModel, sparsify: Path, folder: Path) -> Sizes:
    return Sizes(model.size, model.limit.payload_bytes, model.limit.limit_bytes,
                 container_size(sparsify, model, folder),
                 container_size(sparsify, model, folder, level="small"),
                 peers.peer_sizes(model.read(), model.float_name))


def total(rows: list[Sizes]) -> Sizes:
    def added(name: str) -> int | None:
        sizes = [row.peers[name] for row in rows]
        return None if None in sizes else sum(sizes)

    return Sizes(sum(row.model for row in rows), sum(row.payload for row in rows),
                 sum(row.limit for row in rows), sum(row.sparsify for row in rows),
                 sum(row.sparsify_small for row in rows),
                 {name: added(name) for name in peers.NAMES})


def lossless_section(models: list[BenchmarkModel], sparsify: Path, folder: Path,
                     failures: list[str]) -> str:
    rows = measured(models, failures, lambda model: sizes_of(model, sparsify, folder))
    smallest = sum(row.verdict == "yes" for row in rows.values())
    heads = ["model", "MB", "payload MB", "limit", "sparsify", "sparsify / limit", "at small",
             *peers.NAMES, "smallest?"]
    lines = [[name, *row.cells, row.verdict] for name, row in rows.items()]
    lines.append(["all", *total(list(rows.values())).cells, f"{smallest} of {len(rows)}"])
    return (
        "## Size without loss\n\n"
        "Figures are the model's bytes (its data files included) divided by the stored bytes:\n"
        "more is better. `limit` counts ideal static tables and nothing for the graph; at 1.000\n"
        "of `sparsify / limit` nothing is wasted, and less is better. `at small` is `--level small`;\n"
        "everything else of sparsify is at its default level.\n\n"
    ) + table(heads, lines)


def pruned_sizes_of(model: BenchmarkModel, sparsify: Path, folder: Path) -> dict[str, PrunedSizes]:
    sizes = {}
    for pruning, options in PRUNINGS.items():
        pruned_folder = folder / "pruned"
        pruned_folder.mkdir(exist_ok=True)
        path = pruned_folder / "model.onnx"
        run(sparsify, model.path, path, "-q", *options)
        pruned = BenchmarkModel(model.name, path)
        sizes[pruning] = PrunedSizes(
            pruned.limit.limit_bytes, container_size(sparsify, pruned, folder),
            peers.zstd_size(pruned.read(), 19))
        for file in [*pruned.data_files, path]:
            file.unlink()
    return sizes


def pruned_section(models: list[BenchmarkModel], sparsify: Path, folder: Path,
                   failures: list[str]) -> str:
    rows = measured(models, failures, lambda model: pruned_sizes_of(model, sparsify, folder))

    def added(pruning: str) -> PrunedSizes:
        sizes = [row[pruning] for row in rows.values()]
        return PrunedSizes(sum(size.limit for size in sizes), sum(size.sparsify for size in sizes),
                           sum(size.zstd for size in sizes))

    lines = [[name, *(row[pruning].cell for pruning in PRUNINGS)] for name, row in rows.items()]
    lines.append(["all", *(added(pruning).cell for pruning in PRUNINGS)])
    return (
        "## Size of pruned models\n\n"
        "Weights of least magnitude pruned in each layer. Each cell is what `sparsify` stores and\n"
        "what `zstd -19` stores, both divided by the limit of the pruned model: less is better.\n\n"
    ) + table(["model", *PRUNINGS], lines)

"""How long compressing and decompressing take beside zstd -3, and with how much memory."""

import filecmp
import shutil
import statistics
from dataclasses import dataclass
from pathlib import Path

from report import megabytes, table
from measure import CommandFailed, Cost, Job, interleaved, median
from models import BenchmarkModel

ROUNDS = 5
THREADS_ROUNDS = 15
THREADS = [1, 2]


@dataclass(frozen=True)
class Duel:
    """The same work done by sparsify and by zstd, in turn."""

    work: str
    sparsify: Job
    zstd: Job

    def fought(self) -> "Outcome":
        return Outcome(self.work, *interleaved([self.sparsify, self.zstd], ROUNDS))


@dataclass(frozen=True)
class Outcome:
    """What the same work cost both, round by round."""

    work: str
    ours: list[Cost]
    theirs: list[Cost]

    @property
    def cells(self) -> list[str]:
        our_median, their_median = median(self.ours), median(self.theirs)
        return [
            self.work,
            f"{our_median.wall:.3f}", f"{their_median.wall:.3f}",
            ratio(self.ours, self.theirs, "wall"),
            f"{our_median.cpu:.3f}", f"{their_median.cpu:.3f}",
            ratio(self.ours, self.theirs, "cpu"),
            megabytes(our_median.peak_bytes), megabytes(their_median.peak_bytes),
        ]


def added(costs: tuple[Cost, ...]) -> Cost:
    """Some work done one after the other."""
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs),
                max(cost.peak_bytes for cost in costs))


def total(outcomes: list[Outcome]) -> Outcome:
    """The same work on several models, one after the other."""
    ours = [added(costs) for costs in zip(*(outcome.ours for outcome in outcomes))]
    theirs = [added(costs) for costs in zip(*(outcome.theirs for outcome in outcomes))]
    return Outcome(outcomes[0].work, ours, theirs)


def ratio(ours: list[Cost], theirs: list[Cost], figure: str) -> str:
    """The median of the ratios of runs that were neighbours."""
    ratios = [getattr(our, figure) / max(getattr(their, figure), 1e-4)
              for our, their in zip(ours, theirs)]
    return f"{statistics.median(ratios):.2f}"


def duels(model: Path, sparsify: Path, folder: Path) -> list[Duel]:
    container, archive = folder / "speed.spm", folder / "speed.zst"
    ours_back, theirs_back = folder / "speed.onnx", folder / "speed.out"
    unpacking = Job(["zstd", "-d", "-q", archive, "-o", theirs_back], theirs_back)
    found = []
    for count in THREADS:
        plural = "thread" if count == 1 else "threads"
        options = ["-q", "--threads", str(count)]
        found.append(Duel(
            f"compress, {count} {plural}",
            Job([sparsify, model, container, *options], container),
            Job(["zstd", "-3", f"-T{count}", "-q", model, "-o", archive], archive)))
        found.append(Duel(
            f"decompress, {count} {plural}",
            Job([sparsify, container, ours_back, *options], ours_back), unpacking))
    return found


def gain_of_threads(model: Path, sparsify: Path, folder: Path) -> list[list[str]]:
    """What one thread that has a single processor for all it does takes, and what two take."""
    container, back = folder / "threads.spm", folder / "threads.onnx"
    lines = []
    for work, source, target in [("compress", model, container), ("decompress", container, back)]:
        words = [sparsify, source, target, "-q", "--threads"]
        jobs = [Job(["taskset", "-c", "0", *words, "1"], target), Job([*words, "2"], target)]
        one, two = interleaved(jobs, THREADS_ROUNDS)
        best = min(cost.wall for cost in one) / min(cost.wall for cost in two)
        lines.append([work, f"{median(one).wall:.3f}", f"{median(two).wall:.3f}",
                      ratio(one, two, "wall"), f"{best:.2f}"])
    return lines


def threads_section(models: list[BenchmarkModel], sparsify: Path, folder: Path,
                    failures: list[str]) -> str:
    """Two threads against one, on the largest model that is one file."""
    model = [model for model in models if not model.data_files][-1]
    lines = []
    try:
        lines = gain_of_threads(model.path, sparsify, folder)
    except CommandFailed as failure:
        failures.append(f"{model.name}: {failure}")
    heads = ["work", "1 thread s", "2 threads s", "median gain", "gain of the best"]
    return (
        "## Two threads\n\n"
        f"{model.name}, {THREADS_ROUNDS} runs in turn: `--threads 1` with all it starts on one\n"
        "processor, and `--threads 2`. The digest of a file that comes back is one chain of SHA-256.\n\n"
    ) + table(heads, lines)


def outcomes_of(model: BenchmarkModel, sparsify: Path, folder: Path) -> list[Outcome]:
    copy = folder / "original.onnx"
    shutil.copyfile(model.path, copy)
    outcomes = [duel.fought() for duel in duels(copy, sparsify, folder)]
    for back in [folder / "speed.onnx", folder / "speed.out"]:
        if not filecmp.cmp(copy, back, shallow=False):
            raise CommandFailed(f"{back.name} is not the file that was compressed")
    return outcomes


def speed_section(models: list[BenchmarkModel], sparsify: Path, folder: Path,
                  failures: list[str]) -> str:
    """Measures all models that are one file; shows the sum, the largest and the next smaller one."""
    found = {}
    for model in [model for model in reversed(models) if not model.data_files]:
        try:
            found[model.name] = outcomes_of(model, sparsify, folder)
        except CommandFailed as failure:
            failures.append(f"{model.name}: {failure}")
    sums = {f"all {len(found)} models": [total(list(same)) for same in zip(*found.values())]}
    shown = sums | dict(list(found.items())[:2])
    lines = [[name, *outcome.cells] for name, outcomes in shown.items() for outcome in outcomes]
    heads = ["model", "work", "sparsify s", "zstd s", "ratio", "sparsify CPU s", "zstd CPU s",
             "ratio", "sparsify peak MB", "zstd peak MB"]
    return (
        "## Speed\n\n"
        "Against `zstd -3` with as many threads; it decompresses with one whatever is asked.\n"
        f"Medians of {ROUNDS} runs after a warm-up, both programs in turn; the ratios are medians\n"
        "of the ratios of neighbouring runs, sparsify / zstd, so less is better.\n"
        f"{place_of(folder)}\n\n"
    ) + table(heads, lines)


def place_of(folder: Path) -> str:
    if folder.is_relative_to("/dev/shm"):
        return "Files are in memory (tmpfs): no disk and no fsync counts."
    return "Files are on disk, which counts, too."

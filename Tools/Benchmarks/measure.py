"""Runs commands and says what each cost: wall seconds, processor seconds and peak memory."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")


class CommandFailed(Exception):
    """A measured command that did not exit with 0."""


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    peak_bytes: int


@dataclass(frozen=True)
class Job:
    """A command and the file it makes, which is removed before each run."""

    command: list
    output: Path | None = None

    def run(self) -> Cost:
        if self.output:
            self.output.unlink(missing_ok=True)
        return run(*self.command)


def run(*command) -> Cost:
    """Runs a command once; raises CommandFailed if it fails or cannot be started."""
    words = [str(word) for word in command]
    launcher = subprocess.run([sys.executable, "-I", "-S", str(LAUNCHER), *words],
                              capture_output=True, text=True)
    if launcher.returncode != 0:
        raise CommandFailed(f"{words[0]} did not start: {launcher.stderr.strip()[-200:]}")
    cost = json.loads(launcher.stdout)
    exit_code = cost.pop("exit_code")
    if exit_code != 0:
        raise CommandFailed(
            f"exit code {exit_code} from {' '.join(words)}: {launcher.stderr.strip()[-400:]}")
    return Cost(**cost)


def interleaved(jobs: list[Job], rounds: int) -> list[list[Cost]]:
    """Runs the jobs in turn, round after round, after one round that does not count.

    What else the machine does then hits all of them alike. Answers the costs of each job.
    """
    costs = [[job.run() for job in jobs] for _ in range(rounds + 1)][1:]
    return [list(costs_of_one) for costs_of_one in zip(*costs)]


def median(costs: list[Cost]) -> Cost:
    """The median of each figure by itself, but the highest peak."""
    return Cost(statistics.median(cost.wall for cost in costs),
                statistics.median(cost.cpu for cost in costs),
                max(cost.peak_bytes for cost in costs))

#!/usr/bin/env python3
"""Measures how small, how fast and with how much memory sparsify compresses models.

Prints Markdown: sizes beside other compressors and the entropy limit, sizes of pruned models, speed
beside zstd, and with --large what very large models cost. The exit code is 1 when anything could
not be measured; standard error then says what.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import peers
from large import big_section, pruning_section, short_section
from models import REPOSITORY, BenchmarkModel, find_models
from report import machine
from sizes import lossless_section, pruned_section
from speed import speed_section, threads_section

RESULTS = Path(__file__).with_name("RESULTS.md")
MEMORY_FOLDER = Path("/dev/shm")
ROOM_IN_MEMORY = {False: 10 ** 9, True: 12 * 10 ** 9}


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sparsify", type=Path, metavar="PATH",
                        default=REPOSITORY / ".build/release/sparsify",
                        help="the program to measure (default: the release build)")
    parser.add_argument("--models", metavar="GLOB", default="*",
                        help="only models whose names match, such as 'silero*'")
    parser.add_argument("--quick", action="store_true", help="only models under 1.5 MB")
    parser.add_argument("--large", action="store_true",
                        help="also models of 1.5 and 3 GB and short commands; takes minutes")
    parser.add_argument("--write", action="store_true", help="also write RESULTS.md")
    return parser.parse_args()


def working_folder(is_large: bool) -> tempfile.TemporaryDirectory:
    """A folder in memory if there is room, so that disks do not count, else on disk."""
    has_room = (MEMORY_FOLDER.is_dir()
                and shutil.disk_usage(MEMORY_FOLDER).free > ROOM_IN_MEMORY[is_large])
    return tempfile.TemporaryDirectory(
        prefix="sparsify-benchmark-", dir=MEMORY_FOLDER if has_room else None)


def sections(options: argparse.Namespace, models: list[BenchmarkModel], folder: Path,
             failures: list[str]):
    """The sections of the report, each measured when it is asked for."""
    sparsify = options.sparsify.resolve()
    yield f"# Benchmark results\n\n{machine(sparsify)}"
    yield lossless_section(models, sparsify, folder, failures)
    yield pruned_section(models, sparsify, folder, failures)
    yield speed_section(models, sparsify, folder, failures)
    yield threads_section(models, sparsify, folder, failures)
    if options.large:
        yield big_section(sparsify, folder, failures)
        yield pruning_section(sparsify, folder, failures)
        yield short_section(models[-1], sparsify, failures)


def main() -> int:
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the folder goes, too.
    if not options.sparsify.is_file():
        sys.exit(f"{options.sparsify} is missing; build it or name it with --sparsify")
    if peers.ZipNN is None:
        print("ZipNN is not installed: its column stays empty", file=sys.stderr)
    models = find_models(options.models, options.quick)
    if not models:
        sys.exit("no model has that name")

    failures, parts = [], []
    with working_folder(options.large) as folder:
        for section in sections(options, models, Path(folder), failures):
            print(section, flush=True)
            parts.append(section)
    for failure in failures:
        print(f"not measured: {failure}", file=sys.stderr)
    if options.write and not failures:
        RESULTS.write_text("\n".join(parts))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

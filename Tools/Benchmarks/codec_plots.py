#!/usr/bin/env python3
"""Draws the tables of CODECS.md: ratio over speed, a point for each coder.

    codec_plots.py

codecs.py --write does so too. The plots show what the tables say, rounded as they are.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "sparsify"
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["font.family"] = "sans-serif"

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter  # noqa: E402

HERE = Path(__file__).resolve().parent
TABLES = HERE / "CODECS.md"
DRAWN = ["float32", "bfloat16", "float16"]
OWN, OTHERS = "#c2410c", "#475569"
# Slower coders, in GB/s, would leave no room for the others.
SLOWEST = 0.01


def tables(text):
    """By title: ratio, compress and decompress GB/s of each coder."""
    for section in text.split("\n## ")[1:]:
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines()]
        rows = [row for row in cells if len(row) > 3 and row[1][:1].isdigit()]
        title = section.splitlines()[0].rsplit(",", 1)[0]
        yield title, {row[0]: [float(cell) for cell in row[1:4]] for row in rows}


def write_plot(path, title, figures_of):
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True, layout="constrained")
    shown = {label: figures for label, figures in figures_of.items() if figures[1] > SLOWEST}
    for axis, what, place in [(axes[0], "compress", 1), (axes[1], "decompress", 2)]:
        for (speed, ratio), labels in points(shown, place).items():
            own = labels[0].startswith("sparsify")
            colour, marker = (OWN, "o") if own else (OTHERS, "s")
            axis.scatter(speed, ratio, color=colour, marker=marker)
            name = ", ".join(label.removeprefix("sparsify ") for label in labels)
            axis.annotate(name, (speed, ratio), fontsize=8, color=colour, ha="center",
                          xytext=(0, 6 if own else -12), textcoords="offset points")  # fmt: skip
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FormatStrFormatter("%g"))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.margins(x=0.15, y=0.12)
        axis.set_xlabel(f"{what}, GB/s on one thread")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("original / compressed")
    figure.suptitle(f"Weights as {title}: the levels of sparsify (orange) and others")
    metadata = dict.fromkeys(["Date", "Creator", "Format", "Type"])
    figure.savefig(path, metadata=metadata)
    plt.close(figure)


def points(figures_of, place):
    """Labels by speed and ratio; points that would cover each other are one."""
    found = {}
    for label, figures in figures_of.items():
        speed, ratio = figures[place], figures[0]
        near = [p for p in found if abs(p[0] / speed - 1) < 0.1 and abs(p[1] / ratio - 1) < 0.002]
        own = near and found[near[0]][0].startswith("sparsify") == label.startswith("sparsify")
        found.setdefault(near[0] if own else (speed, ratio), []).append(label)
    return found


def draw():
    for title, figures_of in tables(TABLES.read_text()):
        if title in DRAWN:
            write_plot(HERE / f"codecs-{title}.svg", title, figures_of)


if __name__ == "__main__":
    draw()

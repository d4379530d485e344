"""Plots of ratio over speed, a point for each coder."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "sparsify"
matplotlib.rcParams["font.family"] = "sans-serif"

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter  # noqa: E402

OWN, OTHERS = "#c2410c", "#475569"
# Slower coders, in GB/s, would leave no room for the others.
SLOWEST = 0.01


def write_plot(path, title, size, measured):
    """`measured` has the bytes and the seconds of coding and decoding `size` bytes by label."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True, layout="constrained")
    shown = {
        label: figures for label, figures in measured.items() if size / figures[1] / 1e9 > SLOWEST
    }
    for axis, what, place in [(axes[0], "compress", 1), (axes[1], "decompress", 2)]:
        for (speed, ratio), labels in points(shown, size, place).items():
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
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def points(measured, size, place):
    """Labels by speed and ratio; points that would cover each other are one."""
    found = {}
    for label, figures in measured.items():
        speed, ratio = size / figures[place] / 1e9, size / figures[0]
        near = [p for p in found if abs(p[0] / speed - 1) < 0.1 and abs(p[1] / ratio - 1) < 0.002]
        own = near and found[near[0]][0].startswith("sparsify") == label.startswith("sparsify")
        found.setdefault(near[0] if own else (speed, ratio), []).append(label)
    return found

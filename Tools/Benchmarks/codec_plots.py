"""Plots of ratio over speed, a point for each coder."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "sparsify"
matplotlib.rcParams["font.family"] = "sans-serif"

import matplotlib.pyplot as plt  # noqa: E402

OWN, OTHERS = "#c2410c", "#475569"


def write_plot(path, title, size, measured):
    """`measured` has the bytes and the seconds of coding and decoding `size` bytes by label."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    for axis, what, place in [(axes[0], "compress", 1), (axes[1], "decompress", 2)]:
        for label, figures in measured.items():
            own = label.startswith("sparsify")
            speed, ratio = size / figures[place] / 1e9, size / figures[0]
            axis.scatter(speed, ratio, color=OWN if own else OTHERS, marker="o" if own else "s")
            axis.annotate(label.removeprefix("sparsify "), (speed, ratio), fontsize=8,
                          color=OWN if own else OTHERS, xytext=(4, 4),
                          textcoords="offset points")  # fmt: skip
        axis.set_xscale("log")
        axis.set_xlabel(f"{what}, GB/s on one thread")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("original / compressed")
    figure.suptitle(f"Weights as {title}: sparsify (orange) and others")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)

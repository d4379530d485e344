"""Markdown tables, and the machine and the versions behind the figures."""

import datetime
import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table whose first column is words and whose others are figures."""
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def quotient(dividend: float | None, divisor: float | None, digits: int = 3) -> str:
    return f"{dividend / divisor:.{digits}f}" if dividend and divisor else "-"


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}" if size >= 1e6 else f"{size / 1e6:.3f}"


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        name = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if name:
            return name[1]
    return platform.processor() or platform.machine()


def version(command) -> str:
    """The first thing like a version number in what a command says of itself."""
    said = subprocess.run([str(command), "--version"], capture_output=True, text=True)
    number = re.search(r"\d+(\.\d+)+\S*", said.stdout + said.stderr)
    return number[0].rstrip(",;") if number else "of unknown version"


def package_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def machine(sparsify: Path) -> str:
    versions = [f"sparsify {version(sparsify)}", f"zstd {version('zstd')}", f"xz {version('xz')}"]
    versions += [f"{name} {package_version(package)}"
                 for name, package in [("ZipNN", "zipnn"), ("numpy", "numpy"), ("onnx", "onnx")]]
    return (f"{datetime.date.today()}; {processor()}, {os.cpu_count()} cores, "
            f"{platform.system()} {platform.machine()}; {', '.join(versions)}.\n")

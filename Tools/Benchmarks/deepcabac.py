"""DeepCABAC, the coder of small integers of the standard ISO/IEC 15938-17, as a peer."""

import importlib.machinery
import importlib.util
from pathlib import Path

import numpy as np


def extension():
    """The extension inside of nncodec, whose package cannot be imported without all it requires."""
    package = importlib.util.find_spec("nncodec")
    if package is None:
        return None
    folder = Path(package.submodule_search_locations[0]) / "extensions"
    for file in folder.glob("deepCABAC*.so"):
        loader = importlib.machinery.ExtensionFileLoader("deepCABAC", str(file))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("deepCABAC", loader))
        loader.exec_module(module)
        return module
    return None


MODULE = extension()


def coded_size(numbers: np.ndarray) -> int | None:
    """The bytes of a tensor, its first dimension being rows; None without nncodec."""
    if MODULE is None:
        return None
    rows = numbers.reshape(len(numbers), -1).astype(np.int32)
    encoder = MODULE.Encoder()
    # Ten unary bins, and the best of its adaptation rates for each context.
    encoder.initCtxModels(10, 1)
    skipped = np.zeros(len(rows), np.int32)
    options = MODULE.HdspMode.AlwaysOff, np.array([], np.int8)
    encoder.encodeLayer(rows, 0, 0, 0, 0, 0, skipped, *options, 0, 0)
    return len(encoder.finish())

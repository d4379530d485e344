"""The compressors to compare with, general and for floats: how small they make some bytes."""

import subprocess

try:
    from zipnn import ZipNN
except ImportError:
    ZipNN = None

NAMES = ["zstd -3", "zstd -19", "xz -6", "ZipNN"]


def piped_size(command: list[str], data: bytes) -> int:
    return len(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)


def zstd_size(data: bytes, level: int) -> int:
    # The size does not depend on the number of threads.
    return piped_size(["zstd", f"-{level}", "-T0", "-q", "-c"], data)


def xz_size(data: bytes) -> int:
    # More threads would cut the input into blocks and make it larger.
    return piped_size(["xz", "-6", "-T1", "-q", "-c"], data)


def zipnn_size(data: bytes, float_name: str) -> int | None:
    """The best of all alignments: ZipNN takes a file for an array, and weights start anywhere."""
    if ZipNN is None:
        return None
    width = 4 if float_name == "float32" else 2
    return min(zipnn_shifted_size(data, float_name, shift) for shift in range(width))


def zipnn_shifted_size(data: bytes, float_name: str, shift: int) -> int:
    padded = bytes(shift) + data
    # Version 0.5.4 writes past its buffers when a length is no multiple of the element's.
    padded += bytes(-len(padded) % 8)
    # It works in place on what it is given, hence the copy.
    compressed = ZipNN(bytearray_dtype=float_name).compress(bytearray(padded))
    if ZipNN(bytearray_dtype=float_name).decompress(compressed) != padded:
        raise RuntimeError("ZipNN did not give back what it got")
    return len(compressed)


def peer_sizes(data: bytes, float_name: str) -> dict[str, int | None]:
    """What each peer makes of a model's bytes; None for one that is not installed."""
    sizes = [zstd_size(data, 3), zstd_size(data, 19), xz_size(data), zipnn_size(data, float_name)]
    return dict(zip(NAMES, sizes))

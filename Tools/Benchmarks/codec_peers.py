"""The coders that codecs.py sets beside sparsify: each makes a pair of functions, there and back.

Peers come through their Python packages, which only hand bytes on to C or Rust. One that is not
installed is left out.
"""

import importlib

import ml_dtypes
import numpy as np

TYPES = {"float32": np.float32, "bfloat16": ml_dtypes.bfloat16, "float16": np.float16,
         "int8": np.int8}  # fmt: skip


def zstd(level):
    def make(package, _):
        compressor = package.ZstdCompressor(level=level)
        return compressor.compress, package.ZstdDecompressor().decompress

    return "zstandard", make


def xz(package, _):
    return lambda raw: package.compress(raw, preset=6), package.decompress


def zipnn(package, name):
    """It changes what it is given, so it gets a copy; the copy is not counted."""
    if name == "int8":
        return None
    coder = package.ZipNN(input_format="byte", bytearray_dtype=name, threads=1)
    return coder.compress, coder.decompress, bytearray


def blosc2(package, name):
    width = np.dtype(TYPES[name]).itemsize
    package.set_nthreads(1)
    options = {"typesize": width, "clevel": 5, "filter": package.Filter.SHUFFLE,
               "codec": package.Codec.ZSTD}  # fmt: skip
    return lambda raw: package.compress(raw, **options), package.decompress


def pcodec(package, name):
    """It knows no bfloat16, for which its users take integers of that width, and advises against int8."""
    if name == "int8":
        return None
    kinds = {"float32": np.float32, "float16": np.float16, "bfloat16": np.uint16}
    config = package.ChunkConfig(compression_level=8)
    coder = importlib.import_module("pcodec.standalone")
    return (
        lambda raw: coder.simple_compress(np.frombuffer(raw, kinds[name]), config),
        lambda coded: coder.simple_decompress(coded).tobytes(),
    )


def openzl(package, name):
    """Floats are cut, exponents go through FSE and the rest is stored, which is its best such graph."""
    compressor, nodes, graphs = package.Compressor(), package.nodes, package.graphs
    split = {"float32": nodes.Float32Deconstruct, "bfloat16": nodes.BFloat16Deconstruct,
             "float16": nodes.Float16Deconstruct}  # fmt: skip
    graph = graphs.Compress()(compressor)
    if name in split:
        parts = {"sign_frac": graphs.Store()(compressor), "exponent": graphs.Fse()(compressor)}
        graph = split[name]()(compressor, **parts)
    compressor.select_starting_graph(graph)
    width = {1: np.uint8, 2: np.uint16, 4: np.uint32}[np.dtype(TYPES[name]).itemsize]

    def compress(raw):
        context = package.CCtx()
        context.ref_compressor(compressor)
        context.set_parameter(package.CParam.FormatVersion, package.MAX_FORMAT_VERSION)
        return context.compress([package.Input(package.Type.Numeric, np.frombuffer(raw, width))])

    return compress, lambda coded: package.DCtx().decompress(coded)[0].content.as_nparray().tobytes()


PEERS = {
    "zstd -3": zstd(3), "zstd -19": zstd(19), "xz -6": ("lzma", xz), "ZipNN": ("zipnn", zipnn),
    "blosc2, shuffle + zstd": ("blosc2", blosc2), "pcodec 8": ("pcodec", pcodec),
    "OpenZL": ("openzl.ext", openzl),
}  # fmt: skip
# Too slow to be run more than once.
SLOW = {"zstd -19", "xz -6"}


def makers(name):
    """Label and functions of each peer that is installed and takes elements of a type."""
    for label, (package, make) in PEERS.items():
        try:
            functions = make(importlib.import_module(package), name)
        except ImportError:
            continue
        if functions:
            yield label, functions


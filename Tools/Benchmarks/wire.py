"""Writes an ONNX file of any size byte by byte, since protobuf stops at 2 GiB."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

FLOAT = 1


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def integer(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def prefix(field: int, length: int) -> bytes:
    """What stands before a string, a message or bytes of this length."""
    return varint(field << 3 | 2) + varint(length)


def chunk(field: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return prefix(field, len(content)) + content


def text(field: int, string: str) -> bytes:
    return chunk(field, string.encode())


def matrix_value(field: int, name: str, columns: int) -> bytes:
    """A ValueInfoProto of a float matrix of one row."""
    shape = chunk(2, chunk(1, integer(1, 1)), chunk(1, integer(1, columns)))
    return chunk(field, text(1, name), chunk(2, chunk(1, integer(1, FLOAT), shape)))


def matrix_products(count: int, side: int) -> bytes:
    """The graph but for its weights: a row times one square matrix after the other."""
    nodes = b"".join(
        chunk(1, text(1, f"x{i}"), text(1, f"weight{i}"), text(2, f"x{i + 1}"), text(4, "MatMul"))
        for i in range(count))
    ends = matrix_value(11, "x0", side) + matrix_value(12, f"x{count}", side)
    return nodes + text(2, "products") + ends


def weight_head(name: str, side: int) -> bytes:
    """A TensorProto of a square float matrix up to its elements."""
    fields = integer(1, side) + integer(1, side) + integer(2, FLOAT) + text(8, name)
    return fields + prefix(9, 4 * side * side)


def normal_weights(generator: np.random.Generator, side: int) -> np.ndarray:
    weights = generator.standard_normal(side * side, dtype=np.float32)
    weights *= np.float32(side ** -0.5)
    return weights


def write_weights(file: BinaryIO, heads: list[bytes], side: int, draw) -> None:
    generator = np.random.default_rng(0)
    for head in heads:
        file.write(prefix(5, len(head) + 4 * side * side) + head)
        file.write(draw(generator, side).astype("<f4", copy=False).data)


def write_model(path: Path, count: int, side: int, draw=normal_weights) -> None:
    """Writes a model of `count` square float matrices of `side` rows, by default of normal weights."""
    heads = [weight_head(f"weight{i}", side) for i in range(count)]
    graph = matrix_products(count, side)
    lengths = [len(head) + 4 * side * side for head in heads]
    graph_length = len(graph) + sum(len(prefix(5, length)) + length for length in lengths)
    with open(path, "wb") as file:
        file.write(integer(1, 8) + chunk(8, integer(2, 17)))
        file.write(prefix(7, graph_length) + graph)
        write_weights(file, heads, side, draw)

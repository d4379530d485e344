"""Coded chunks, as schemas/encodings/ has them: the part of the independent reader that turns bytes
into elements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from spm_errors import require
from spm_mixing import mixed_mask_bits
from spm_streams import Cursor

ELEMENTS = {1: "u1", 2: "<u2", 4: "<u4", 8: "<u8", 16: "V16"}
Decoder = Callable[[Cursor, int, int], np.ndarray]


def join_planes(chunk: Cursor, n: int, width: int, planes: int) -> np.ndarray:
    """Elements from their lowest `planes` bytes, which are stored highest first."""
    elements = np.zeros((n, width), np.uint8)
    for plane in reversed(range(planes)):
        elements[:, plane] = chunk.stream(n)
    return elements.view(ELEMENTS[width]).reshape(n)


def raw(chunk: Cursor, n: int, width: int) -> np.ndarray:
    return np.frombuffer(chunk.take(n * width), ELEMENTS[width])


def constant(chunk: Cursor, n: int, width: int) -> np.ndarray:
    return np.repeat(raw(chunk, 1, width), n)


def float_split(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width in (2, 4, 8), f"float-split of elements of {width} bytes")
    rotated = join_planes(chunk, n, width, width)
    return (rotated >> 1) | (rotated << (8 * width - 1))


def float_joint(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width in (2, 4, 8), f"float-joint of elements of {width} bytes")
    bits, base = chunk.u8(), chunk.u8()
    require(1 <= bits <= 4 and base > 0, f"{bits} bits beside exponents from {base}")
    symbols, rest = chunk.stream(n), 8 - bits
    packed = np.unpackbits(chunk.stream((n * rest + 7) // 8), bitorder="little")
    require(not packed[n * rest :].any(), "bits behind the last element")
    low = packed[: n * rest].reshape(n, rest) << np.arange(rest, dtype=np.uint8)
    distances = symbols >> bits
    require(base + int(distances.max(initial=0)) - 1 <= 255, "an exponent above 255")
    elements = np.zeros((n, width), np.uint8)
    elements[:, width - 1] = np.where(distances == 0, 0, distances + (base - 1))
    elements[:, width - 2] = low.sum(1, dtype=np.uint8) | symbols << rest
    for plane in reversed(range(width - 2)):
        elements[:, plane] = chunk.stream(n)
    rotated = elements.view(ELEMENTS[width]).reshape(n)
    return (rotated >> 1) | (rotated << (8 * width - 1))


def byte_planes(chunk: Cursor, n: int, width: int) -> np.ndarray:
    return join_planes(chunk, n, width, width)


def integer(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width < 16, "integers of 16 bytes")
    header = chunk.u8()
    planes, transform = header & 15, header >> 4
    require(1 <= planes <= width and transform <= 3, f"an integer header of {header:#x}")
    base = raw(chunk, 1, width) if transform >= 2 else None
    values = join_planes(chunk, n, width, planes)
    if transform == 0:
        return values
    if transform == 2:
        return values + base
    differences = (values >> 1) ^ -(values & 1)
    if transform == 1:
        return differences
    return base + np.cumsum(differences, dtype=differences.dtype)


def repeats(chunk: Cursor, n: int, width: int) -> np.ndarray:
    return chunk.stream(n * width).view(ELEMENTS[width])


def signed_repeats(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width in (2, 4, 8), f"signed-repeats of elements of {width} bytes")
    magnitudes, signs = repeats(chunk, n, width), chunk.bits(n)
    highest = 8 * width - 1
    require(not (magnitudes >> highest).any(), "a magnitude with a sign")
    return magnitudes | signs.astype(magnitudes.dtype) << highest


def palette(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width in (2, 4, 8), f"a palette of elements of {width} bytes")
    count = chunk.u8() + 1
    values = join_planes(chunk, count, width, width)
    require(bool((values[1:] > values[:-1]).all()), "values that do not ascend")
    places = chunk.stream(n)
    require(int(places.max(initial=0)) < count, "a place behind the last value")
    return values[places]


def scaled(chunk: Cursor, n: int, width: int) -> np.ndarray:
    require(width == 4, f"scaled elements of {width} bytes")
    classes, run, first = chunk.varint(), chunk.varint(), chunk.varint()
    require(1 <= classes <= 1 << 18 and 1 <= run <= 1 << 18, f"{classes} scales by {run}")
    require(first < run and classes <= (first + n - 1) // run + 1, "a scale of no element")
    scales = float_split(chunk, classes, width).view("<f4")
    require(bool(np.isfinite(scales).all()), "a scale that is not finite")
    require(not np.signbit(scales).any(), "a negative scale")
    numbers = chunk.stream(n).view(np.int8).astype("<f4")
    with np.errstate(over="ignore", under="ignore"):
        return (numbers * scales[(first + np.arange(n)) // run % classes]).view("<u4")


def spread(values: np.ndarray, places: np.ndarray, n: int) -> np.ndarray:
    """`n` elements that are zero but for the values at `places` (a mask or positions)."""
    elements = np.zeros(n, values.dtype)
    elements[places] = values
    return elements


def bitmask(chunk: Cursor, n: int, width: int) -> np.ndarray:
    mask = chunk.bits(n)
    return spread(values(chunk, np.flatnonzero(mask), width), mask, n)


def csr_gaps(chunk: Cursor, n: int, width: int) -> np.ndarray:
    count = chunk.varint()
    require(count <= n, f"{count} gaps for {n} elements")
    gaps = chunk.stream(count)
    places_value = gaps != 255
    require(count == 0 or bool(places_value[-1]), "the last gap places nothing")
    moved = np.cumsum(gaps, dtype=np.int64) + np.cumsum(places_value)
    require(count == 0 or int(moved[-1]) <= n, "the gaps leave the chunk")
    positions = moved[places_value] - 1
    return spread(values(chunk, positions, width), positions, n)


def mixed_mask(chunk: Cursor, n: int, width: int) -> np.ndarray:
    geometry = chunk.geometry(n)
    mask = mixed_mask_bits(chunk.take(chunk.varint()), n, geometry)
    return spread(values(chunk, np.flatnonzero(mask), width), mask, n)


@lru_cache
def pattern_members(kept: int, group: int) -> np.ndarray:
    """For each pattern, by its number: the members of the group that it keeps."""
    masks = [mask for mask in range(1 << group) if mask.bit_count() == kept]
    return np.array([[i for i in range(group) if mask >> i & 1] for mask in masks])


def read_digits(packed: np.ndarray, digits: int, base: int, count: int) -> np.ndarray:
    """The digits, lowest first, of each of `count` words of so many digits."""
    words = np.zeros((count, 8), np.uint8)
    size = word_size(digits, base)
    words[:, :size] = packed.reshape(count, size)
    rest = words.view("<u8").reshape(count)
    numbers = np.empty((count, digits), np.int64)
    for digit in range(digits):
        rest, numbers[:, digit] = np.divmod(rest, np.uint64(base))
    require(not rest.any(), "a word of patterns is too large")
    return numbers.reshape(-1)


def word_size(digits: int, base: int) -> int:
    return ((base**digits - 1).bit_length() + 7) // 8


def n_of_m(chunk: Cursor, n: int, width: int) -> np.ndarray:
    kept, group, stride = chunk.u8(), chunk.u8(), chunk.varint()
    require(2 <= group <= 16 and 1 <= kept < group, f"a pattern of {kept}:{group}")
    require(1 <= stride <= 1 << 18, f"a stride of {stride}")
    require(n % (stride * group) == 0, f"{n} elements in groups of {group} by {stride}")
    groups, patterns = n // group, math.comb(group, kept)
    per_word = max(k for k in range(1, 33) if patterns**k <= 1 << 32)
    words, rest = divmod(groups, per_word)
    split = words * word_size(per_word, patterns)
    packed = chunk.stream(split + (word_size(rest, patterns) if rest else 0))
    numbers = read_digits(packed[:split], per_word, patterns, words)
    if rest:
        last = read_digits(packed[split:], rest, patterns, 1)
        numbers = np.concatenate([numbers, last])
    block, member = np.divmod(np.arange(groups), stride)
    starts = block * (stride * group) + member
    positions = starts[:, None] + pattern_members(kept, group)[numbers] * stride
    return spread(values(chunk, groups * kept, width), positions.reshape(-1), n)


def blocks(chunk: Cursor, n: int, width: int) -> np.ndarray:
    rows, columns, row_length = chunk.varint(), chunk.varint(), chunk.varint()
    sizes = (rows, columns, row_length)
    require(all(1 <= size <= 1 << 18 for size in sizes), f"block sizes {sizes}")
    require(rows * columns > 1, "blocks of one element")
    require(row_length % columns == 0, f"blocks of {columns} columns in rows of {row_length}")
    require(n % (rows * row_length) == 0, f"{n} elements in rows of {rows} x {row_length}")
    kept = chunk.bits(n // (rows * columns)).reshape(-1, row_length // columns)
    mask = kept.repeat(columns, axis=1).repeat(rows, axis=0).reshape(n)
    return spread(values(chunk, int(np.count_nonzero(mask)), width), mask, n)


def row_classes(chunk: Cursor, n: int, width: int) -> np.ndarray:
    row, first, kinds = chunk.varint(), chunk.varint(), chunk.varint()
    require(0 < row <= n and first < row, f"rows of {row} from {first} in {n} elements")
    require(2 <= kinds <= 8, f"{kinds} kinds of rows")
    numbers = chunk.stream((first + n - 1) // row + 1)
    require(set(numbers.tolist()) == set(range(kinds)), "kinds of rows other than those said")
    kind_of_each = numbers.repeat(row)[first : first + n]
    elements = np.empty(n, ELEMENTS[width])
    for kind in range(kinds):
        places = np.flatnonzero(kind_of_each == kind)
        elements[places] = read_chunk(chunk, width, len(places), DENSE_ENCODINGS)[0]
    return elements


def negative_zeros(chunk: Cursor, n: int, width: int) -> np.ndarray:
    inside = {number: decode for number, decode in ENCODINGS.items() if number != 16}
    elements = read_chunk(chunk, width, n, inside)[0].copy()
    octets = elements.view(np.uint8).reshape(n, width)
    zeros = np.flatnonzero(~octets.any(axis=1))
    octets[zeros[chunk.bits(len(zeros))], width - 1] = 0x80
    return elements


def values(chunk: Cursor, places: np.ndarray | int, width: int) -> np.ndarray:
    """The nested chunk of the elements at some places, or of so many."""
    if isinstance(places, int):
        return read_chunk(chunk, width, places, DENSE_ENCODINGS)[0]
    chunk.places = places
    return read_chunk(chunk, width, len(places), DENSE_ENCODINGS)[0]


DENSE_ENCODINGS = {
    0: raw, 1: constant, 2: float_split, 3: byte_planes, 4: integer, 9: repeats, 10: float_joint,
    12: signed_repeats, 13: palette, 14: scaled,
}  # fmt: skip
ENCODINGS = DENSE_ENCODINGS | {
    5: bitmask, 6: csr_gaps, 7: n_of_m, 8: blocks, 11: mixed_mask, 15: row_classes,
    16: negative_zeros,
}  # fmt: skip


def read_chunk(
    chunk: Cursor, width: int, n: int, encodings: dict[int, Decoder]
) -> tuple[np.ndarray, int]:
    """The `n` elements of a chunk, and the number of its encoding."""
    number = chunk.u8()
    require(number in ENCODINGS, f"encoding {number} is not known; it needs a newer version")
    require(number in encodings, f"encoding {number} inside another")
    require(n > 0 or number == 0, f"encoding {number} of no elements")
    return encodings[number](chunk, n, width), number


def decode_chunk(stored: memoryview, width: int, n: int) -> tuple[np.ndarray, int]:
    """The `n` elements of a chunk that fills `stored`, and the number of its encoding."""
    chunk = Cursor(stored)
    elements, number = read_chunk(chunk, width, n, ENCODINGS)
    require(chunk.at == len(stored), "bytes behind the end of the chunk")
    return elements, number

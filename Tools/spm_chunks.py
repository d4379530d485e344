"""Coded chunks, as schemas/encodings/ has them: the part of the independent reader that turns bytes
into elements.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import zstandard
from spm_errors import refuse, require
from spm_mixing import Geometry, Tree, mixed_mask_bits, mixed_symbols

ELEMENTS = {1: "u1", 2: "<u2", 4: "<u4", 8: "<u8", 16: "V16"}
MAXIMUM_WINDOW = 0x68
Decoder = Callable[["Cursor", int, int], np.ndarray]


class Cursor:
    """The bytes of one coded chunk, read from front to back.

    The elements are those at `places` of the chunk around, or all there are.
    """

    def __init__(self, data: memoryview, places: np.ndarray | None = None) -> None:
        self.data = data
        self.at = 0
        self.places = places

    def take(self, count: int) -> memoryview:
        require(count <= len(self.data) - self.at, "the chunk is too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def u8(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        value = 0
        for place in range(5):
            byte = self.u8()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                require(byte != 0 or place == 0, "a varint is not in its shortest form")
                return value
        refuse("a varint is longer than five bytes")

    def stream(self, raw_length: int) -> np.ndarray:
        """The decoded bytes of a stream."""
        coder = self.u8()
        if coder == 0:
            raw: bytes | memoryview = self.take(raw_length)
        elif coder == 1:
            raw = inflate(self.take(self.varint()), raw_length)
        elif coder == 2:
            raw = decompress_zstd(self.take(self.varint()), raw_length)
        elif coder == 5:
            raw = asymmetric(self.take(self.varint()), raw_length)
        elif coder == 6:
            raw = mixed(Cursor(self.take(self.varint())), raw_length, self.places)
        elif coder == 4:
            require(raw_length > 0, "a constant stream of no bytes")
            raw = bytes(self.take(1)) * raw_length
        else:
            refuse(f"coder {coder} is not known; it needs a newer version")
        require(len(raw) == raw_length, f"a stream of {len(raw)} bytes instead of {raw_length}")
        return np.frombuffer(raw, np.uint8)

    def geometry(self, n: int) -> Geometry:
        geometry = Geometry(self.varint(), self.varint(), self.varint())
        geometry.check(n)
        return geometry

    def bits(self, count: int) -> np.ndarray:
        """A stream of one bit each for `count` things."""
        bits = np.unpackbits(self.stream((count + 7) // 8), bitorder="little")
        require(not bits[count:].any(), "a bit is set behind the last")
        return bits[:count].astype(bool)

    def values(self, places: np.ndarray | int, width: int) -> np.ndarray:
        """The nested chunk of the elements at some places, or of so many; it reaches to the end."""
        nested = self.take(len(self.data) - self.at)
        if isinstance(places, int):
            return decode_chunk(nested, width, places, DENSE_ENCODINGS)[0]
        return decode_chunk(nested, width, len(places), DENSE_ENCODINGS, places)[0]


def inflate(stored: memoryview, raw_length: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        raw = inflater.decompress(stored, raw_length + 1)
    except zlib.error as error:
        refuse(f"a zlib stream is damaged: {error}")
    require(inflater.eof and not inflater.unused_data, "a zlib stream does not end with its bytes")
    return raw


def decompress_zstd(stored: memoryview, raw_length: int) -> bytes:
    require(len(stored) >= 2, "a zstd stream is too short")
    require(stored[0] == 0, f"a zstd frame header descriptor of {stored[0]}")
    require(stored[1] <= MAXIMUM_WINDOW, f"a zstd window descriptor of {stored[1]}")
    frame = zstandard.MAGIC_NUMBER.to_bytes(4, "little") + stored
    try:
        return zstandard.ZstdDecompressor().decompress(
            frame, max_output_size=max(raw_length, 1), allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        refuse(f"a zstd stream is damaged: {error}")


def gamma_numbers(bits: np.ndarray, total: int) -> tuple[list[int], int]:
    """Frequencies in Elias's gamma code until they make up `total`, and the bits they took."""
    frequencies: list[int] = []
    at = 0
    while sum(frequencies) < total:
        require(len(frequencies) < 256, "frequencies that do not make up their total")
        ones = np.flatnonzero(bits[at : at + 17])
        require(len(ones) > 0, "a frequency above its total")
        length = int(ones[0])
        low = bits[at + length + 1 : at + 2 * length + 1]
        require(len(low) == length, "frequencies that end too early")
        frequencies.append((1 << length) + sum(int(b) << i for i, b in enumerate(low)) - 1)
        at += 2 * length + 1
    require(sum(frequencies) == total and max(frequencies) < total, "impossible frequencies")
    return frequencies, at


def frequency_table(stored: memoryview) -> tuple[list[int], int, int]:
    """Frequencies, the exponent of their total, and the bytes they took."""
    require(len(stored) > 0 and 8 <= stored[0] <= 15, "frequencies of an unknown kind")
    shift = stored[0]
    bits = np.unpackbits(np.frombuffer(stored, np.uint8)[1 : 1 + 1024], bitorder="little")
    frequencies, used = gamma_numbers(bits, 1 << shift)
    require(not bits[used : -(-used // 8) * 8].any(), "a bit is set behind the frequencies")
    return frequencies, shift, 1 + -(-used // 8)


def asymmetric(stored: memoryview, raw_length: int) -> bytes:
    frequencies, shift, at = frequency_table(stored)
    lanes = 64 if raw_length >= 1 << 16 else 16 if raw_length >= 1 << 13 else 4
    require(raw_length >= 2 * lanes, "a rans stream that is shorter than its states")
    require(len(stored) >= at + 4 * lanes, "a rans stream without its states")
    states = np.frombuffer(stored[at : at + 4 * lanes], "<u4").astype(np.int64)
    require(states.min() >= 1 << 15 and states.max() < 1 << 31, "a rans state out of range")
    rest = stored[at + 4 * lanes :]
    require(len(rest) % 2 == 0, "half a word")
    words = np.frombuffer(rest, "<u2").astype(np.int64)
    free = raw_length - 2 * lanes
    coded, states = turns(states, words, np.array(frequencies), shift, free)
    require(bool((states >> 16 == 1).all()), "states that do not end as they began")
    return coded + (states & 0xFFFF).astype("<u2").tobytes()


def turns(states, words, frequencies, shift: int, count: int) -> tuple[bytes, np.ndarray]:
    """Bytes that states decode in turn, a round of all lanes at a time, and the last states."""
    symbols = np.repeat(np.arange(len(frequencies)), frequencies)
    offsets = np.arange(1 << shift) - (np.cumsum(frequencies) - frequencies)[symbols]
    sizes, mask, lanes, at = frequencies[symbols], (1 << shift) - 1, len(states), 0
    raw = np.empty(count, np.uint8)
    for begin in range(0, count, lanes):
        part = states[: min(lanes, count - begin)]
        slots = part & mask
        raw[begin : begin + len(part)] = symbols[slots]
        part = sizes[slots] * (part >> shift) + offsets[slots]
        small = np.flatnonzero(part < 1 << 15)
        require(at + len(small) <= len(words), "too few words")
        part[small] = part[small] << 16 | words[at : at + len(small)]
        at += len(small)
        states[: len(part)] = part
    require(at == len(words), "words left over")
    return raw.tobytes(), states


def mixed(stored: Cursor, raw_length: int, places: np.ndarray | None) -> bytes:
    geometry = stored.geometry(1 << 18)
    rest = stored.take(len(stored.data) - stored.at)
    frequencies, shift, used = frequency_table(rest)
    if places is None or len(places) != raw_length:
        places = np.arange(raw_length)
    return mixed_symbols(rest[used:], Tree(frequencies, shift), geometry, places.tolist())


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
    return spread(chunk.values(np.flatnonzero(mask), width), mask, n)


def csr_gaps(chunk: Cursor, n: int, width: int) -> np.ndarray:
    count = chunk.varint()
    require(count <= n, f"{count} gaps for {n} elements")
    gaps = chunk.stream(count)
    places_value = gaps != 255
    require(count == 0 or bool(places_value[-1]), "the last gap places nothing")
    moved = np.cumsum(gaps, dtype=np.int64) + np.cumsum(places_value)
    require(count == 0 or int(moved[-1]) <= n, "the gaps leave the chunk")
    positions = moved[places_value] - 1
    return spread(chunk.values(positions, width), positions, n)


def mixed_mask(chunk: Cursor, n: int, width: int) -> np.ndarray:
    geometry = chunk.geometry(n)
    mask = mixed_mask_bits(chunk.take(chunk.varint()), n, geometry)
    return spread(chunk.values(np.flatnonzero(mask), width), mask, n)


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
    return spread(chunk.values(groups * kept, width), positions.reshape(-1), n)


def blocks(chunk: Cursor, n: int, width: int) -> np.ndarray:
    rows, columns, row_length = chunk.varint(), chunk.varint(), chunk.varint()
    sizes = (rows, columns, row_length)
    require(all(1 <= size <= 1 << 18 for size in sizes), f"block sizes {sizes}")
    require(rows * columns > 1, "blocks of one element")
    require(row_length % columns == 0, f"blocks of {columns} columns in rows of {row_length}")
    require(n % (rows * row_length) == 0, f"{n} elements in rows of {rows} x {row_length}")
    kept = chunk.bits(n // (rows * columns)).reshape(-1, row_length // columns)
    mask = kept.repeat(columns, axis=1).repeat(rows, axis=0).reshape(n)
    return spread(chunk.values(int(np.count_nonzero(mask)), width), mask, n)


DENSE_ENCODINGS = {
    0: raw, 1: constant, 2: float_split, 3: byte_planes, 4: integer, 9: repeats, 10: float_joint,
    12: signed_repeats, 13: palette, 14: scaled,
}  # fmt: skip
ENCODINGS = DENSE_ENCODINGS | {5: bitmask, 6: csr_gaps, 7: n_of_m, 8: blocks, 11: mixed_mask}


def decode_chunk(
    stored: memoryview, width: int, n: int, encodings: dict[int, Decoder] = ENCODINGS,
    places: np.ndarray | None = None,
) -> tuple[np.ndarray, int]:
    """The `n` elements of a chunk, and the number of its encoding."""
    chunk = Cursor(stored, places)
    number = chunk.u8()
    require(number in ENCODINGS, f"encoding {number} is not known; it needs a newer version")
    require(number in encodings, f"encoding {number} inside another")
    require(n > 0 or number == 0, f"encoding {number} of no elements")
    elements = encodings[number](chunk, n, width)
    require(chunk.at == len(stored), "bytes behind the end of the chunk")
    return elements, number

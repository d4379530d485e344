"""Streams inside of coded chunks and their coders, as schemas/encodings/ has them."""

from __future__ import annotations

import zlib

import numpy as np
import zstandard
from spm_errors import refuse, require
from spm_mixing import Geometry, Tree, mixed_symbols

MAXIMUM_WINDOW = 0x68


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

"""Bits whose probabilities follow from the bits before them: masks of encoding 11 and symbols of
coder 6, as schemas/encodings/mixing.md and their own pages have them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from spm_errors import require


@dataclass
class Mean:
    """A running mean: of bits, the probability of a one."""

    value: int = 32768
    count: int = 0

    def learn(self, number: int) -> None:
        self.value += (number - self.value) * (131072 // (2 * self.count + 3)) >> 16
        self.count = min(self.count + 1, 255)


@lru_cache
def logistic() -> tuple[list[int], list[int]]:
    """The tables of squash (from -2048) and stretch (by sixteenths of a probability)."""
    squash = [65536 / (1 + math.exp(-d / 256)) for d in range(-2048, 2048)]
    stretch = [256 * math.log((q + 0.5) / (4095.5 - q)) for q in range(4096)]
    return (
        [min(max(math.floor(p + 0.5), 16), 65520) for p in squash],
        [min(max(math.floor(d + 0.5), -2047), 2047) for d in stretch],
    )


class MixedBits:
    """Coded bits, each by the means of its contexts and a set of weights."""

    def __init__(self, coded: memoryview) -> None:
        require(len(coded) >= 4, "mixed bits of too few bytes")
        self.coded, self.at, self.interval = coded, 4, 2**32 - 1
        self.code = int.from_bytes(coded[:4], "big")
        self.weights: defaultdict = defaultdict(lambda: [13000] * 6)
        self.squash, self.stretch = logistic()

    def next(self, contexts: list[Mean], weight_set: int = 0) -> bool:
        weights = self.weights[weight_set]
        logits = [self.stretch[context.value >> 4] for context in contexts]
        total = sum(w * s for w, s in zip(weights, logits)) >> 16
        q = self.squash[min(max(total, -2048), 2047) + 2048]
        bit = self.decode(q)
        target = 65535 if bit else 0
        for context in contexts:
            context.learn(target)
        self.weights[weight_set] = [
            w + (s * (target - q) + 65536 >> 17) for w, s in zip(weights, logits)
        ]
        return bit

    def decode(self, q: int) -> bool:
        bound = (self.interval >> 16) * q
        bit = self.code < bound
        if bit:
            self.interval = bound
        else:
            self.code, self.interval = self.code - bound, self.interval - bound
        while self.interval < 1 << 24:
            require(self.at < len(self.coded), "mixed bits that end too early")
            self.code, self.interval = self.code << 8 | self.coded[self.at], self.interval << 8
            self.at += 1
        return bit

    def finish(self) -> None:
        require(self.at == len(self.coded), "bytes behind mixed bits")


@dataclass
class Geometry:
    row: int
    kernel: int
    first: int

    def check(self, n: int) -> None:
        require(1 <= self.row <= n, f"rows of {self.row} in {n} elements")
        require(self.first < self.row, f"a start at {self.first} of {self.row}")
        require(1 <= self.kernel <= 64, f"kernels of {self.kernel}")
        require(self.row % self.kernel == 0, f"kernels of {self.kernel} in rows of {self.row}")


def mixed_mask_bits(coded: memoryview, n: int, geometry: Geometry) -> np.ndarray:
    """The mask of `n` elements."""
    row, kernel, first = geometry.row, geometry.kernel, geometry.first
    bits = MixedBits(coded)
    tables: list[defaultdict] = [defaultdict(Mean) for _ in range(5)]
    of_row, mask = Mean(), [False] * n
    inside = last_inside = history = 0
    for i in range(n):
        x = (first + i) % row

        def set_at(x: int, rows: int) -> bool:
            place = i - (first + i) % row + x - rows * row
            return 0 <= x < row and place >= 0 and mask[place]

        k = x % kernel
        around = set_at(x, 1) + 2 * set_at(x, 2) + 4 * set_at(x + 1, 1) + 8 * set_at(x - 1, 1)
        channel = tables[0][x // kernel]
        density = 256 * (channel.value >> 12) + 8 * (of_row.value >> 11) + min(inside, 7)
        contexts = [
            of_row, channel, tables[1][256 * k + history % 256],
            tables[2][around + 16 * (history % 16)],
            tables[3][128 * k + 8 * (inside % 16) + min(last_inside, 7)], tables[4][density],
        ]  # fmt: skip
        bit = mask[i] = bits.next(contexts)
        history, inside = history << 1 & 255 | bit, inside + bit
        if (x + 1) % kernel == 0:
            last_inside, inside = inside, 0
        if x + 1 == row:
            of_row.count = min(of_row.count, 10)
    bits.finish()
    return np.array(mask, bool)


class Tree:
    """Questions, by the symbols they are about: is it greater than the last of the lower part?"""

    def __init__(self, frequencies: list[int], shift: int) -> None:
        self.starts = [0, *accumulate(frequencies)]
        self.symbols = [s for s, f in enumerate(frequencies) if f > 0]
        self.levels = [
            min((a + b) >> (shift - 7), 255) for a, b in zip(self.starts, self.starts[1:])
        ]

    @lru_cache
    def question(self, low: int, high: int) -> tuple[int, int]:
        """The first place of the upper part of places `low` to `high`, and the chance of yes."""
        first, last = self.starts[self.symbols[low]], self.starts[self.symbols[high - 1] + 1]
        ends = [self.starts[self.symbols[place] + 1] for place in range(low, high - 1)]
        _, end, middle = min((abs(2 * e - first - last), e, low + i + 1) for i, e in enumerate(ends))
        yes = ((last - end) * 65536 + (last - first) // 2) // (last - first)
        return middle, min(max(yes, 64), 65472)


def fine(mean: Mean) -> int:
    return min(max((mean.value >> 8) - 64, 0) >> 1, 63)


def mixed_symbols(
    coded: memoryview, tree: Tree, geometry: Geometry, places: Iterable[int]
) -> bytes:
    """The symbol of the element at each place."""
    bits, tables = MixedBits(coded), [{} for _ in range(6)]
    of_row, recent, channels = Mean(), Mean(), defaultdict(Mean)
    above: defaultdict = defaultdict(lambda: 128)
    left, history, symbols, row, channel = 128, 0, bytearray(), 0, geometry.first // geometry.kernel
    for place in places:
        old = row, channel
        row, x = divmod(geometry.first + place, geometry.row)
        channel, k = divmod(x, geometry.kernel)
        if row != old[0]:
            of_row.count = min(of_row.count, 2)
        if geometry.kernel > 1 and (row, channel) != old:
            recent = Mean()
        r, c = fine(of_row), fine(channels[channel])
        contexts = [
            r, c, 16 * k + history, 64 * (above[x] >> 5) + 8 * (left >> 5) + (above[x + 1] >> 5),
            64 * (recent.value >> 12) + k, 32 * (r >> 1) + (c >> 1),
        ]  # fmt: skip
        low, high = 0, len(tree.symbols)
        while high - low > 1:
            middle, probability = tree.question(low, high)
            means = [
                table.setdefault((context, low, high), Mean(probability, 4))
                for table, context in zip(tables, contexts)
            ]
            yes = bits.next(means, (low, high))
            if (low, high) == (0, len(tree.symbols)):
                history = (2 * history + yes) % 16
            low, high = (middle, high) if yes else (low, middle)
        symbols.append(tree.symbols[low])
        left = above[x] = tree.levels[tree.symbols[low]]
        for mean in (of_row, channels[channel], recent):
            mean.learn(256 * left)
        recent.count = min(recent.count, 3)
    bits.finish()
    return bytes(symbols)

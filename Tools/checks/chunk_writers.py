"""Writers of chunks, element by element, from the text alone: slow, and nothing like the reader."""

import random
import sys
import zlib
from pathlib import Path

import numpy as np
import zstandard

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools"))

import spm_reader  # noqa: E402


def varint(value):
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(digits + bytes([value]))



def decode(chunk, width, count):
    elements, _ = spm_reader.decode_chunk(memoryview(chunk), width, count)
    assert len(elements) == count
    return elements.tobytes()


def stream(data, coder):
    if coder == 1:
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        stored = deflater.compress(data) + deflater.flush()
    elif coder == 2:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            9, write_content_size=0, format=zstandard.FORMAT_ZSTD1_MAGICLESS
        )
        compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        stored = compressor.compress(data) + compressor.flush()
    elif coder == 5 and len(data) >= 8 and len(set(data)) > 1:
        stored = asymmetric(data)
    else:
        return b"\0" + data
    return bytes([coder]) + varint(len(stored)) + stored


def asymmetric(data, parts=12):
    """The bytes by asymmetric numeral systems, after the page of coder 5."""
    counts = [data.count(symbol) for symbol in range(max(data) + 1)]
    frequencies = [c and max(1, c * (1 << parts) // len(data)) for c in counts]
    frequencies[counts.index(max(counts))] += (1 << parts) - sum(frequencies)
    starts = [sum(frequencies[:symbol]) for symbol in range(len(frequencies))]
    bits = []
    for frequency in frequencies:
        length = (frequency + 1).bit_length() - 1
        bits += [0] * length + [1] + [(frequency + 1) >> i & 1 for i in range(length)]
    coded = bytes([parts]) + np.packbits(bits, bitorder="little").tobytes()
    lanes = 64 if len(data) >= 1 << 16 else 16 if len(data) >= 1 << 13 else 4
    held = data[len(data) - 2 * lanes :]
    states = [1 << 16 | held[i] | held[i + 1] << 8 for i in range(0, 2 * lanes, 2)]
    words = []
    for i in reversed(range(len(data) - 2 * lanes)):
        x, frequency = states[i % lanes], frequencies[data[i]]
        if x >= frequency << (31 - parts):
            words.append(x & 0xFFFF)
            x >>= 16
        states[i % lanes] = (x // frequency << parts) + x % frequency + starts[data[i]]
    coded += b"".join(x.to_bytes(4, "little") for x in states)
    return coded + b"".join(word.to_bytes(2, "little") for word in reversed(words))


def stored_chunk(elements):
    return b"\0" + bytes(elements)


def planes(numbers, width, coder, highest):
    columns = [number.to_bytes(width, "little") for number in numbers]
    highest_first = reversed(range(highest))
    return b"".join(stream(bytes(c[plane] for c in columns), coder) for plane in highest_first)


def write_float_split(numbers, width, coder):
    top = 8 * width - 1
    rotated = [(number << 1) % (2 << top) | number >> top for number in numbers]
    return b"\x02" + planes(rotated, width, coder, width)


def write_float_joint(bits):
    def write(numbers, width, coder):
        top = 8 * width - 1
        rotated = [(number << 1) % (2 << top) | number >> top for number in numbers]
        exponents = [number >> (8 * width - 8) for number in rotated]
        base = min((e for e in exponents if e), default=1)
        if max(exponents) - base + 1 >= 1 << (8 - bits):
            return write_float_split(numbers, width, coder)
        distances = [max(e - base + 1, 0) for e in exponents]
        below = [number >> (8 * width - 16) & 255 for number in rotated]
        symbols = bytes(d << bits | m >> (8 - bits) for d, m in zip(distances, below))
        rest = sum((m & (255 >> bits)) << i * (8 - bits) for i, m in enumerate(below))
        size = (len(numbers) * (8 - bits) + 7) // 8
        coded = stream(symbols, coder) + stream(rest.to_bytes(size, "little"), coder)
        return bytes([10, bits, base]) + coded + planes(rotated, width, coder, width - 2)

    return write


def write_byte_planes(numbers, width, coder):
    return b"\x03" + planes(numbers, width, coder, width)


def write_repeats(numbers, width, coder):
    return b"\x09" + stream(b"".join(n.to_bytes(width, "little") for n in numbers), coder)


def write_signed_repeats(numbers, width, coder):
    highest = 1 << (8 * width - 1)
    magnitudes = b"".join((n & (highest - 1)).to_bytes(width, "little") for n in numbers)
    return b"\x0c" + stream(magnitudes, coder) + bits([n & highest for n in numbers], coder)


def write_palette(numbers, width, coder):
    values = sorted(set(numbers))
    planes = [bytes(v >> 8 * plane & 255 for v in values) for plane in reversed(range(width))]
    streams = b"".join(stream(plane, coder) for plane in planes)
    places = bytes(values.index(n) for n in numbers)
    return bytes([13, len(values) - 1]) + streams + stream(places, coder)


def write_integer(transform):
    def write(numbers, width, coder):
        size, base = 1 << 8 * width, numbers[0]
        if transform == 2:
            values = [(number - base) % size for number in numbers]
        elif transform == 3:
            before = [base, *numbers[:-1]]
            values = [(number - other) % size for number, other in zip(numbers, before)]
        else:
            values = numbers
        if transform in (1, 3):
            values = [2 * v if v < size // 2 else 2 * (size - v) - 1 for v in values]
        highest = max(1, (max(values).bit_length() + 7) // 8)
        header = bytes([4, transform << 4 | highest])
        stored_base = base.to_bytes(width, "little") if transform >= 2 else b""
        return header + stored_base + planes(values, width, coder, highest)
    return write


def write_row_classes(row, first):
    """Rows by their sums, so that some are of each of three kinds."""
    def write(numbers, width, coder):
        cuts = [0, *range(row - first, len(numbers), row), len(numbers)]
        rows = [numbers[begin:end] for begin, end in zip(cuts, cuts[1:])]
        kinds = [sum(numbers) % 3 for numbers in rows]
        known = sorted(set(kinds))
        if len(known) < 2 or row > len(numbers):
            return write_byte_planes(numbers, width, coder)
        coded = b"".join(varint(n) for n in (row, first, len(known)))
        coded += stream(bytes(known.index(kind) for kind in kinds), coder)
        for kind in known:
            held = [number for row, of in zip(rows, kinds) if of == kind for number in row]
            coded += write_byte_planes(held, width, coder)
        return b"\x0f" + coded

    return write


def write_negative_zeros(write_elements):
    def write(numbers, width, coder):
        highest = 1 << (8 * width - 1)
        elements = [number & (highest - 1) and number for number in numbers]
        signs = [number for number in numbers if number in (0, highest)]
        return b"\x10" + write_elements(elements, width, coder) + bits(signs, coder)

    return write


def nested(numbers, width, coder):
    return write_byte_planes(numbers, width, coder) if numbers else b"\0"


def bits(flags, coder):
    places = sum(1 << place for place, flag in enumerate(flags) if flag)
    return stream(places.to_bytes((len(flags) + 7) // 8, "little"), coder)


def write_bitmask(numbers, width, coder):
    kept = [number for number in numbers if number]
    return b"\x05" + bits([number != 0 for number in numbers], coder) + nested(kept, width, coder)


def write_csr_gaps(numbers, width, coder):
    gaps, run = bytearray(), 0
    for number in numbers:
        if number == 0:
            run += 1
            continue
        while run >= 255:
            gaps.append(255)
            run -= 255
        gaps.append(run)
        run = 0
    kept = [number for number in numbers if number]
    return b"\x06" + varint(len(gaps)) + stream(bytes(gaps), coder) + nested(kept, width, coder)


def write_n_of_m(kept, group, stride):
    masks = [mask for mask in range(1 << group) if bin(mask).count("1") == kept]
    per_word = 1
    while len(masks) ** (per_word + 1) <= 1 << 32:
        per_word += 1

    def write(numbers, width, coder):
        patterns, values = [], []
        for block_start in range(0, len(numbers), stride * group):
            for member in range(stride):
                first = block_start + member
                members = numbers[first : first + stride * group - member : stride][:group]
                mask = next(
                    mask for mask in masks
                    if all(mask >> i & 1 for i, value in enumerate(members) if value)
                )
                patterns.append(masks.index(mask))
                values += [value for i, value in enumerate(members) if mask >> i & 1]
        words = bytearray()
        for at in range(0, len(patterns), per_word):
            digits = patterns[at : at + per_word]
            word = sum(digit * len(masks) ** place for place, digit in enumerate(digits))
            highest = len(masks) ** len(digits) - 1
            words += word.to_bytes((highest.bit_length() + 7) // 8, "little")
        header = bytes([7, kept, group]) + varint(stride)
        return header + stream(bytes(words), coder) + nested(values, width, coder)
    return write


def write_blocks(rows, columns, row_length):
    def write(numbers, width, coder):
        def block_of(element):
            row, column = divmod(element, row_length)
            return row // rows * (row_length // columns) + column // columns
        flags = [False] * (len(numbers) // (rows * columns))
        for element, value in enumerate(numbers):
            flags[block_of(element)] |= value != 0
        values = [value for element, value in enumerate(numbers) if flags[block_of(element)]]
        sizes = varint(rows) + varint(columns) + varint(row_length)
        return b"\x08" + sizes + bits(flags, coder) + nested(values, width, coder)
    return write


def sparse_numbers(width, count, density, seed):
    generator = random.Random(seed)
    kept = (generator.random() < density for _ in range(count))
    return [generator.getrandbits(8 * width) if keep else 0 for keep in kept]


def n_of_m_numbers(kept, group, stride, count, width):
    generator, numbers = random.Random(3), [0] * count
    for first in range(count):
        if first % (stride * group) < stride:
            for member in generator.sample(range(group), generator.randint(0, kept)):
                numbers[first + member * stride] = generator.getrandbits(8 * width)
    return numbers


def round_trips(numbers, width, write, coder):
    elements = b"".join(number.to_bytes(width, "little") for number in numbers)
    assert decode(write(numbers, width, coder), width, len(numbers)) == elements

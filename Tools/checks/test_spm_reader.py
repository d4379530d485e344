"""The independent reader against chunks and containers that this file builds from the text."""

import hashlib
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import zstandard
from google.protobuf.message import Message

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools"))

import spm_protobuf  # noqa: E402
import spm_reader  # noqa: E402
from spm_reader import SpmError  # noqa: E402

BINARY = ROOT / ".build" / "release" / "sparsify"
MEBIBYTE = 1 << 20


@pytest.fixture(scope="session", autouse=True)
def binary():
    """Most of these checks need no release binary, unlike all others in this folder."""
    return BINARY


# A writer of the protobuf wire format.

def varint(value):
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(digits + bytes([value]))


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def packed(field, values):
    return block(field, b"".join(map(varint, values)))


def section(kind, width, count, chunks, chunk_elements=1 << 18):
    checksums = b"".join(struct.pack("<I", zlib.crc32(chunk)) for chunk in chunks)
    return (
        number(1, kind) + number(2, width) + number(3, count) + number(4, chunk_elements)
        + packed(5, map(len, chunks)) + block(6, checksums)
    )


def tensor(name, element_type, dims, section_number, first=0):
    return (
        block(1, name) + number(2, element_type) + packed(3, dims)
        + number(4, section_number) + number(5, first)
    )


def file(path, literal_section, runs=(), holes=(), sha256=b""):
    return (
        block(1, path) + number(2, literal_section) + packed(3, runs) + packed(4, holes)
        + block(5, sha256)
    )


# Writers of chunks, element by element: slow, and nothing like the reader.

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


# A writer of containers.

def container(chunks, index, version=(1, 0), decoded_length=None):
    header = b"\x89SPM\r\n\x1a\n" + bytes(version) + bytes(2)
    header += struct.pack("<I", zlib.crc32(header))
    pieces = [index[at : at + (1 << 18)] for at in range(0, len(index), 1 << 18)]
    stored = b"".join(
        struct.pack("<I", len(chunk)) + chunk for chunk in map(stored_chunk, pieces)
    )
    area = b"".join(chunks)
    decoded_length = len(index) if decoded_length is None else decoded_length
    lengths = (16 + len(area), len(stored), decoded_length)
    footer = struct.pack("<QQQIQ", *lengths, zlib.crc32(stored), 0)
    footer += struct.pack("<I", zlib.crc32(footer))
    return header + area + stored + footer + b"\n\x1a\n\rMPS\x89"


def onnx_model(weights):
    """A model of one initializer, field by field; its name stands behind the weights."""
    initializer = packed(1, [2, 3]) + number(2, 1) + block(9, weights) + block(8, b"w")
    opset = block(8, block(1, b"") + number(2, 17))
    return number(1, 8) + opset + block(7, block(5, initializer) + block(2, b"graph"))


VALUES = np.arange(6, dtype="<f4").tobytes()
MODEL = onnx_model(VALUES)
HEAD, TAIL = MODEL.split(VALUES)
LITERALS = HEAD + TAIL
LITERAL_CHUNK = stored_chunk(LITERALS)
WEIGHT_CHUNKS = [stored_chunk(VALUES[:16]), stored_chunk(VALUES[16:])]
DIGEST = hashlib.sha256(MODEL).digest()


def literals(kind=0, width=1, count=len(LITERALS), chunk=LITERAL_CHUNK, chunk_elements=1 << 18):
    return section(kind, width, count, [chunk], chunk_elements)


def model_file(path=b"", run=len(HEAD), hole=0, sha256=DIGEST):
    return file(path, 0, [run], [hole], sha256)


def sample_index(**changed):
    """The index of one file with one hole; every part may be changed."""
    parts = {
        "literals": literals(),
        "weights": section(3, 4, 6, WEIGHT_CHUNKS, chunk_elements=4),
        "tensor": tensor(b"w", 1, [2, 3], 1),
        "format": block(1, b"onnx"),
        "files": [model_file()],
        "history": block(1, b"prune") + block(2, block(1, b"sparsity") + block(2, b"0.8"))
        + number(3, 6) + number(4, 1) + number(5, 1),
        "more": b"",
    } | changed
    document = parts["format"] + b"".join(block(2, file) for file in parts["files"])
    return (
        block(1, document) + block(2, parts["literals"]) + block(2, parts["weights"])
        + block(3, parts["tensor"]) + block(4, parts["history"]) + parts["more"]
    )


def sample(**changed):
    return container([LITERAL_CHUNK, *WEIGHT_CHUNKS], sample_index(**changed))


def test_a_container_gives_its_tensors_files_and_history():
    read = spm_reader.parse_container(sample())
    read.verify()
    (weights,) = read.tensors
    assert (weights.name, weights.element_type, weights.dims) == ("w", "float32", (2, 3))
    assert bytes(weights.data) == VALUES
    assert [(file.path, file.bytes) for file in read.files] == [("", MODEL)]
    (entry,) = read.history
    assert (entry.action, entry.settings, entry.weight_count) == ("prune", [("sparsity", "0.8")], 6)
    assert [len(encodings) for encodings in read.chunk_encodings] == [1, 2]


REFUSED = {
    "format": lambda: sample(format=block(1, b"other")),
    "no file": lambda: sample(files=[]),
    "model with a path": lambda: sample(files=[model_file(path=b"m")]),
    "two files of one path": lambda: sample(files=[model_file(), file(b"a", 0), file(b"a", 0)]),
    "digest": lambda: sample(files=[model_file(sha256=bytes(32))]),
    "short digest": lambda: sample(files=[model_file(sha256=DIGEST[:31])]),
    "run past the literals": lambda: sample(files=[model_file(run=len(LITERALS) + 1, sha256=b"")]),
    "more runs than holes": lambda: sample(files=[file(b"", 0, [len(HEAD), 0], [0])]),
    "hole without a tensor": lambda: sample(files=[model_file(hole=1)]),
    "literals in a section of floats": lambda: sample(files=[model_file(), file(b"a", 1)]),
    "no such literal section": lambda: sample(files=[model_file(), file(b"a", 2)]),
    "string tensor": lambda: sample(tensor=tensor(b"", 8, [6], 1)),
    "element type 0": lambda: sample(tensor=tensor(b"", 0, [6], 1)),
    "element type 29": lambda: sample(tensor=tensor(b"", 29, [6], 1)),
    "type of another section": lambda: sample(tensor=tensor(b"", 6, [6], 1)),
    "17 dims": lambda: sample(tensor=tensor(b"", 1, [6] + [1] * 16, 1)),
    "dims of 64 bits": lambda: sample(tensor=tensor(b"", 1, [1 << 32, 1 << 31], 1)),
    "tensor past its section": lambda: sample(tensor=tensor(b"", 1, [6], 1, first=1)),
    "tensor of no such section": lambda: sample(tensor=tensor(b"", 1, [6], 2)),
    "element kind": lambda: sample(literals=literals(kind=4)),
    "element width": lambda: sample(literals=literals(width=3)),
    "too many elements": lambda: sample(literals=literals(count=1 << 43)),
    "no elements a chunk": lambda: sample(literals=literals(chunk_elements=0)),
    "elements a chunk": lambda: sample(literals=literals(chunk_elements=(1 << 18) + 1)),
    "missing chunk": lambda: sample(literals=literals(chunk_elements=8)),
    "chunk of another count": lambda: sample(literals=literals(count=len(LITERALS) + 1)),
    "wrong chunk checksum": lambda: sample(literals=literals(chunk=LITERAL_CHUNK[::-1])),
    "unknown field": lambda: sample(more=number(5, 1)),
    "unknown field in a section": lambda: sample(literals=literals() + number(63, 1)),
    "wrong wire type": lambda: sample(format=number(1, 1)),
    "varint of 11 bytes": lambda: sample(more=varint(64 << 3) + b"\x80" * 10 + b"\x00"),
    "cut field": lambda: sample(more=b"\x82\x04\x05ab"),
    "group": lambda: sample(more=varint(64 << 3 | 3)),
    "other minor version": lambda: container([], sample_index(), version=(0, 2)),
    "other major version": lambda: container([], sample_index(), version=(2, 0)),
    "index bomb": lambda: container([], b"", decoded_length=1 << 28),
    "missing section": lambda: container([LITERAL_CHUNK, WEIGHT_CHUNKS[0]], sample_index()),
    "gap": lambda: container([LITERAL_CHUNK, *WEIGHT_CHUNKS, b"\0"], sample_index()),
    "broken header checksum": lambda: sample()[:12] + bytes(4) + sample()[16:],
}
for path in (b"", b"/a", b"a/", b"a//b", b".", b"../a", b"a/../b", b"a\0b"):
    REFUSED[f"path {path}"] = lambda path=path: sample(files=[model_file(), file(path, 0)])


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_rule_is_refused(make):
    with pytest.raises(SpmError):
        spm_reader.parse_container(make()).verify()


def test_a_damaged_index_under_a_right_checksum_is_refused_or_read():
    index, generator = sample_index(), random.Random(2)
    for _ in range(3000):
        damaged = bytearray(index)
        for _ in range(generator.randint(1, 3)):
            damaged[generator.randrange(len(index))] = generator.randrange(256)
        try:
            whole = container([LITERAL_CHUNK, *WEIGHT_CHUNKS], bytes(damaged))
            spm_reader.parse_container(whole, limit=MEBIBYTE).verify()
        except SpmError:
            continue


@pytest.mark.parametrize("version", [(0, 1), (1, 0), (1, 7)])
def test_the_draft_and_newer_minor_versions_are_read(version):
    whole = container([LITERAL_CHUNK, *WEIGHT_CHUNKS], sample_index(), version=version)
    spm_reader.parse_container(whole).verify()


def test_fields_from_64_on_are_skipped():
    fixed = varint(70 << 3 | 5) + bytes(4) + varint(71 << 3 | 1) + bytes(8)
    more = number(64, 7) + block(100, b"abc") + fixed
    spm_reader.parse_container(sample(more=more)).verify()


@pytest.mark.parametrize("bits", [32, 64])
def test_packed_numbers_are_unpacked_at_every_length(bits):
    values = [0, 1, 127, 128, (1 << bits) - 1] + [1 << place for place in range(bits)]
    encoded = bytearray(b"".join(map(varint, values)))
    assert spm_protobuf.unpack_varints(encoded, bits).tolist() == values
    cut, large = encoded + b"\x80", varint(1 << bits)
    for wrong in (cut, large, b"\x80" * 9 + b"\x02", b"\x80" * 10 + b"\0"):
        with pytest.raises(SpmError):
            spm_protobuf.unpack_varints(bytearray(wrong), bits)


def test_a_container_without_a_document_is_a_shard():
    shard = spm_reader.parse_container(container([], b""))
    shard.verify()
    assert not shard.files and not shard.tensors


def shard_record(contents, name=b"m.shard1.spm"):
    checksum = struct.unpack("<I", contents[-24:-20])[0]
    return block(1, name) + number(2, len(contents)) + varint(3 << 3 | 5) + struct.pack("<I", checksum)


def test_sections_in_a_shard_are_read_with_it_and_by_themselves():
    weights = section(3, 4, 6, WEIGHT_CHUNKS, chunk_elements=4)
    inside = container(WEIGHT_CHUNKS, block(2, weights) + block(3, tensor(b"w", 1, [2, 3], 0)))
    elsewhere = number(1, 3) + number(2, 4) + number(3, 6) + number(4, 4) + number(9, 1)
    index = sample_index(weights=elsewhere, more=block(5, shard_record(inside)))
    whole = container([LITERAL_CHUNK], index)

    def parse(**shards):
        opened = spm_reader.parse_container(whole, open_shard=lambda name: shards["shard"])
        opened.verify()
        return opened

    assert parse(shard=inside).files[0].bytes == spm_reader.parse_container(sample()).files[0].bytes
    alone = spm_reader.parse_container(inside)
    assert [bytes(t.data) for t in alone.tensors] == [VALUES]
    for wrong in (container([], b""), inside[:-1], whole, bytes(len(inside))):
        with pytest.raises(SpmError):
            parse(shard=wrong)
    with pytest.raises(SpmError):
        spm_reader.parse_container(whole)


def test_every_cut_container_is_refused():
    whole = sample()
    for length in range(len(whole)):
        with pytest.raises(SpmError):
            spm_reader.parse_container(whole[:length]).verify()


def test_every_flipped_bit_is_refused():
    whole = sample()
    for at in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[at // 8] ^= 1 << at % 8
        with pytest.raises(SpmError):
            spm_reader.parse_container(bytes(damaged)).verify()


def test_the_limit_is_kept_before_anything_is_decoded():
    index_limit = len(sample_index()) * spm_reader.INDEX_EXPANSION
    for limit, what in ((index_limit - 1, "index"), (index_limit, "sections")):
        weights = section(3, 4, 1 << 18, WEIGHT_CHUNKS[:1])
        with pytest.raises(SpmError, match=what):
            spm_reader.parse_container(sample(weights=weights), limit)


# The examples of the pages: (width, elements, chunk).

def f32(*values):
    return np.array(values, "<f4").tobytes()


def u16(*values):
    return np.array(values, np.int64).astype("<u2").tobytes()


EXAMPLES = {
    "raw": (1, bytes([1, 2, 3]), "00 010203"),
    "raw of nothing": (4, b"", "00"),
    "constant": (4, f32(*[1.5] * 5), "01 0000c03f"),
    "float-split": (4, f32(1, -2, 1), "02 007f807f 0400 0400 00000100"),
    "float-joint": (4, f32(1, -2, 1.5), "0a 017f 00020403 0400 0400 00000100"),
    "float-joint of four bits": (2, u16(0x3F80, 0x0001), "0a 047f 001000 0020"),
    "byte-planes": (2, u16(0x0102, 0x0103, 0x0104), "03 0401 00020304"),
    "integer by zigzag": (2, u16(-1, 1, 2), "0411 00010204"),
    "integer by offset": (2, u16(1000, 1001, 1003), "0421e803 00000103"),
    "integer by difference": (2, u16(1000, 1001, 1003), "0431e803 00000204"),
    "bitmask": (1, bytes([0, 5, 0, 0, 0, 0, 0, 0, 7]), "05 000201 000507"),
    "csr-gaps": (1, bytes([0, 5, 0, 0, 0, 0, 0, 0, 7]), "0602 000106 000507"),
    "csr-gaps, long": (1, bytes(257) + b"\x09", "0602 00ff02 0109"),
    "2:4": (1, bytes([1, 2, 0, 0, 0, 3, 0, 4, 5, 0, 0, 0]), "07020401 0018 00010203040500"),
    "1:2 by 2": (1, bytes([1, 0, 0, 2]), "07010202 0002 000102"),
    "blocks": (1, bytes([0, 0, 1, 2, 0, 0, 3, 4]), "08020204 0002 0001020304"),
    "repeats": (2, u16(0x0102, 0x0103), "09 0002010301"),
    "signed-repeats": (2, u16(0x3C00, 0xBC00, 0xC000), "0c 00003c003c0040 0006"),
    "palette": (2, u16(0x3800, 0x3C00, 0x3800), "0d 01 00383c 0400 00000100"),
    "scaled": (4, bytes.fromhex("cdcccc3dcdcc4cbe9a99993e"), "0e 010300 007b00990099009a 0001fe03"),
    "rans": (1, bytes([0, 1, 0, 1, 1, *range(8)]), "03 0515 08c0003008005b05008259010004140400c65e0100"),
    "mixed-mask": (1, bytes([0, 0, 3, 0, 0, 0, 0, 5]), "0b04040005b46be61300 000305"),
    "mixed": (1, bytes([0, 1, 2, 0, 0, 2, 1, 0]), "03 060f 04020008800160000c00a5b89277b6"),
    "mixed values": (1, bytes([0, 0, 1, 0, 0, 0, 0, 2]), "05 00a4 03 060e 04020008800160000c00611f8000"),
    "zlib": (1, b"weights weights weights", "03 010c2b4fcd4ccf2829562847a501"),
    "zstd": (1, b"A" * 9, "03 020600584b000041"),
}


@pytest.mark.parametrize("width, elements, chunk", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_examples_of_the_pages_decode_as_they_say(width, elements, chunk):
    assert decode(bytes.fromhex(chunk), width, len(elements) // width) == elements


@pytest.mark.parametrize("width, elements, chunk", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_a_cut_or_longer_chunk_is_refused(width, elements, chunk):
    chunk, count = bytes.fromhex(chunk), len(elements) // width
    for wrong in [chunk[:length] for length in range(len(chunk))] + [chunk + b"\0"]:
        with pytest.raises(SpmError):
            decode(wrong, width, count)


@pytest.mark.parametrize("width, elements, chunk", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_a_damaged_chunk_is_refused_or_decodes_to_its_size(width, elements, chunk):
    chunk, generator = bytes.fromhex(chunk), random.Random(1)
    for _ in range(2000):
        damaged = bytearray(chunk)
        for _ in range(generator.randint(1, 3)):
            damaged[generator.randrange(len(chunk))] = generator.randrange(256)
        try:
            decoded = decode(bytes(damaged), width, len(elements) // width)
        except SpmError:
            continue
        assert len(decoded) == len(elements)


WRONG_CHUNKS = {
    "unknown encoding": (1, 1, "0a 0001"),
    "unknown coder": (1, 1, "03 0301"),
    "constant of nothing": (1, 0, "01 00"),
    "sparse inside sparse": (1, 1, "05 0001 05 0001 0001"),
    "nested chunk of nothing in another encoding": (1, 1, "05 0000 0100"),
    "varint of six bytes": (1, 4, "06 808080808000 00 00"),
    "varint not in its shortest form": (1, 1, "06 8100 0000 0001"),
    "stream longer than raw": (1, 8, "03 020600584b000041"),
    "stream shorter than raw": (1, 10, "03 020600584b000041"),
    "float-split of bytes": (1, 1, "02 0001"),
    "float-split of 16 bytes": (16, 1, "02" + " 0001" * 16),
    "float-joint of bytes": (1, 1, "0a 017f 0002 0000"),
    "float-joint of no bits": (2, 1, "0a 007f 0002 0000"),
    "float-joint of five bits": (2, 1, "0a 057f 0020 0000"),
    "float-joint from exponent 0": (2, 1, "0a 0100 0002 0000"),
    "exponent above 255": (2, 1, "0a 01ff 0004 0000"),
    "bit behind the last float": (2, 1, "0a 017f 0002 0080"),
    "integer of 16 bytes": (16, 1, "0401 0001"),
    "integer of no planes": (1, 1, "0400 0001"),
    "integer of too many planes": (1, 1, "0402 0001 0001"),
    "integer of an unknown transform": (1, 1, "0441 00 0001"),
    "bit behind the last element": (1, 3, "05 0008 0001"),
    "more gaps than elements": (1, 1, "0602 000000 000102"),
    "gaps past the end": (1, 2, "0601 0002 0001"),
    "last gap of 255": (1, 300, "0602 0000ff 0001"),
    "0:4": (1, 4, "07000401 00 0000"),
    "4:4": (1, 4, "07040401 0000 0001020304"),
    "1:1": (1, 1, "07010101 0000 0001"),
    "1:17": (1, 17, "07011101 0000 0001"),
    "stride of 0": (1, 4, "07010400 0000 0001"),
    "stride above 2^18": (1, 4, "070104818010 0000 0001"),
    "part of a group": (1, 6, "07020401 0000 00010203"),
    "pattern number 6 of 6": (1, 4, "07020401 0006 000102"),
    "word of 12 patterns above 6^12": (1, 48, "07020401 00 0010bf81 00" + "01" * 24),
    "block rows of 0": (1, 8, "08000204 0002 0001020304"),
    "block columns of 0": (1, 8, "08020004 0002 0001020304"),
    "block rows above 2^18": (1, 8, "088180100204 0002 0001020304"),
    "blocks of one element": (1, 2, "08010102 0001 0001"),
    "row length no multiple of columns": (1, 6, "08010203 0001 000102"),
    "part of a row of blocks": (1, 6, "08020204 0001 0001020304"),
    "bit behind the last block": (1, 8, "08020204 0004 0001020304"),
    "zlib stream with more behind": (1, 23, "03 010d2b4fcd4ccf2829562847a50100"),
    "zlib stream without its end": (1, 2, "03 0107 000200fdff4142"),
    "zstd frame with a checksum": (1, 9, "03 020604584b000041"),
    "zstd window above 8 MiB": (1, 9, "03 020600694b000041"),
    "zstd frame without a last block": (1, 9, "03 020600584a000041"),
    "zstd frame with more behind": (1, 9, "03 020700584b00004100"),
    "mixed-mask of no rows": (1, 8, "0b00040005b46be61300 000305"),
    "mixed-mask of long rows": (1, 8, "0b09010005b46be61300 000305"),
    "mixed-mask of uneven kernels": (1, 8, "0b04030005b46be61300 000305"),
    "mixed-mask of large kernels": (1, 80, "0b42420005b46be61300 000305"),
    "mixed-mask from beyond a row": (1, 8, "0b04040405b46be61300 000305"),
    "signed-repeats of bytes": (1, 1, "0c 0000 0000"),
    "signed-repeats with a sign too many": (2, 3, "0c 00003c003c0040 000e"),
    "signed-repeats of a negative magnitude": (2, 3, "0c 00003c00bc0040 0000"),
    "palette of bytes": (1, 1, "0d 00 0001 0000"),
    "palette that does not ascend": (2, 3, "0d 01 003c38 0400 00000100"),
    "palette of equal values": (2, 3, "0d 01 003838 0400 00000100"),
    "palette with a place too many": (2, 3, "0d 01 00383c 0400 00000200"),
    "scaled elements of two bytes": (2, 3, "0e 010300 007b0099 0001fe03"),
    "scaled by runs of nothing": (4, 3, "0e 010000 007b00990099009a 0001fe03"),
    "scaled from beyond a run": (4, 3, "0e 010303 007b00990099009a 0001fe03"),
    "scaled with a scale too many": (4, 3, "0e 020300 007b7b0099990099990099990001fe03"),
    "scaled by a negative number": (4, 3, "0e 010300 007b00990099009b 0001fe03"),
    "scaled by infinity": (4, 3, "0e 010300 00ff000000000000 0001fe03"),
    "mixed-mask that is cut": (1, 8, "0b04040004b46be613 000305"),
    "mixed-mask with a byte more": (1, 8, "0b04040006b46be6130000 000305"),
    "rans of 2^7 parts": (1, 13, "03 0515 07c0003008005b05008259010004140400c65e0100"),
    "rans of 2^16 parts": (1, 13, "03 0515 10c0003008005b05008259010004140400c65e0100"),
    "rans with a bit behind": (1, 13, "03 0515 08c0003018005b05008259010004140400c65e0100"),
    "rans with a word left over": (1, 13, "03 0517 08c0003008005b05008259010004140400c65e01000000"),
    "rans with half a word": (1, 13, "03 0516 08c0003008005b05008259010004140400c65e010000"),
    "rans of a state too small": (1, 13, "03 0515 08c0003008005b00008259010004140400c65e0100"),
    "rans of a state too large": (1, 13, "03 0515 08c0003008005b05808259010004140400c65e0100"),
    "rans of another end": (1, 13, "03 0515 08c0003008005baa008259010004140400c65e0100"),
    "rans shorter than its states": (1, 7, "03 0515 08c0003008005b05008259010004140400c65e0100"),
    "mixed of no rows": (1, 8, "03 060f 00020008800160000c00a5b89277b6"),
    "mixed of uneven kernels": (1, 8, "03 060f 04030008800160000c00a5b89277b6"),
    "mixed from beyond a row": (1, 8, "03 060f 04020408800160000c00a5b89277b6"),
    "mixed of 2^7 parts": (1, 8, "03 060f 04020007800160000c00a5b89277b6"),
    "mixed with a bit behind": (1, 8, "03 060f 04020008800160000c80a5b89277b6"),
    "mixed that is cut": (1, 8, "03 060e 04020008800160000c00a5b89277"),
    "mixed with a byte more": (1, 8, "03 0610 04020008800160000c00a5b89277b600"),
    "two zstd frames": (1, 9, "03 020f00584b00004128b52ffd0058010000"),
    "constant stream of nothing": (1, 1, "0600 0400 00"),
}


@pytest.mark.parametrize("width, count, chunk", WRONG_CHUNKS.values(), ids=WRONG_CHUNKS.keys())
def test_a_chunk_that_breaks_a_rule_is_refused(width, count, chunk):
    with pytest.raises(SpmError):
        decode(bytes.fromhex(chunk), width, count)


CODERS = {"stored": 0, "zlib": 1, "zstd": 2, "rans": 5}
WRITERS = {
    "float-split": (write_float_split, (2, 4, 8)),
    **{f"float-joint of {i}": (write_float_joint(i), (2, 4, 8)) for i in range(1, 5)},
    "byte-planes": (write_byte_planes, (1, 2, 4, 8, 16)),
    **{f"integer {i}": (write_integer(i), (1, 2, 4, 8)) for i in range(4)},
    "repeats": (write_repeats, (1, 2, 4, 8, 16)),
    "signed-repeats": (write_signed_repeats, (2, 4, 8)),
    "bitmask": (write_bitmask, (1, 2, 4, 8, 16)),
    "csr-gaps": (write_csr_gaps, (1, 2, 4, 8, 16)),
}


@pytest.mark.parametrize("coder", CODERS.values(), ids=CODERS.keys())
@pytest.mark.parametrize("write, widths", WRITERS.values(), ids=WRITERS.keys())
def test_what_a_writer_codes_comes_back(write, widths, coder):
    for width in widths:
        for count in [*range(1, 10), 700]:
            for density in (0.004, 0.3, 1):
                numbers = sparse_numbers(width, count, density, seed=count)
                round_trips(numbers, width, write, coder)


@pytest.mark.parametrize("coder", CODERS.values(), ids=CODERS.keys())
@pytest.mark.parametrize("size", [1, 2, 255, 256])
def test_a_palette_of_every_size_comes_back(size, coder):
    for width in (2, 4, 8):
        values = [(number * 251) % (1 << 8 * width) for number in range(size)]
        numbers = [values[place * 7 % size] for place in range(700)]
        round_trips(numbers, width, write_palette, coder)


@pytest.mark.parametrize("coder", CODERS.values(), ids=CODERS.keys())
@pytest.mark.parametrize("classes, run, first", [(1, 700, 0), (7, 100, 3), (12, 5, 4), (700, 1, 0)])
def test_scaled_floats_come_back_by_class(classes, run, first, coder):
    generator = np.random.default_rng(run)
    scales = generator.random(classes, np.float32) + np.float32(0.01)
    numbers = generator.integers(-128, 128, 700).astype(np.int8)
    floats = [
        np.float32(number) * scales[(first + place) // run % classes]
        for place, number in enumerate(numbers)
    ]
    planes = np.frombuffer(scales.tobytes(), "<u4")
    planes = ((planes << 1) | (planes >> 31)).view(np.uint8).reshape(-1, 4)
    streams = b"".join(stream(planes[:, plane].tobytes(), coder) for plane in (3, 2, 1, 0))
    coded = b"\x0e" + varint(classes) + varint(run) + varint(first) + streams
    coded += stream(numbers.tobytes(), coder)
    assert decode(coded, 4, 700) == np.array(floats, "<f4").tobytes()


PATTERNS = [(1, 2), (1, 4), (2, 4), (4, 8), (1, 16), (15, 16), (8, 16)]


@pytest.mark.parametrize("kept, group", PATTERNS)
def test_every_pattern_comes_back_at_every_stride(kept, group):
    for stride in (1, 3):
        for blocks in (1, 2, 12, 37):
            for width in (1, 4):
                count = blocks * stride * group
                numbers = n_of_m_numbers(kept, group, stride, count, width)
                round_trips(numbers, width, write_n_of_m(kept, group, stride), coder=1)


@pytest.mark.parametrize("rows, columns", [(1, 2), (2, 1), (4, 4), (3, 5)])
def test_blocks_come_back(rows, columns):
    for width in (1, 8, 16):
        for row_length in (columns, 7 * columns):
            for block_rows in (1, 5):
                numbers = sparse_numbers(width, block_rows * rows * row_length, 0.05, seed=2)
                round_trips(numbers, width, write_blocks(rows, columns, row_length), coder=2)


@pytest.mark.parametrize("coder", [1, 2])
def test_a_stream_that_unpacks_to_far_more_is_refused_in_little_memory(coder):
    bomb = b"\x03" + stream(bytes(256 * MEBIBYTE), coder)
    tracemalloc.start()
    with pytest.raises(SpmError):
        decode(bomb, 1, 1000)
    assert tracemalloc.get_traced_memory()[1] < MEBIBYTE
    tracemalloc.stop()


# Containers that the command makes.

def models():
    found = sorted((ROOT / "fixtures" / "models").rglob("*.onnx"))
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in found]


def tensor_protos(message):
    """Every TensorProto inside of a message."""
    for _, value in message.ListFields():
        for part in value if isinstance(value, Sequence) else [value]:
            if isinstance(part, onnx.TensorProto):
                yield part
            elif isinstance(part, Message):
                yield from tensor_protos(part)


@pytest.mark.skipif(not BINARY.exists(), reason="no release binary: its containers are not read")
@pytest.mark.parametrize("options", ([], ["--level", "small"]), ids=" ".join)
@pytest.mark.parametrize("path", models())
def test_a_container_of_the_command_holds_the_model(path, options, tmp_path):
    made = tmp_path / "model.spm"
    subprocess.run([BINARY, path, made, *options], check=True, capture_output=True, timeout=60)
    container = spm_reader.read(made)
    assert container.files[0].bytes == path.read_bytes()
    for file in container.files[1:]:
        assert file.bytes == (path.parent / file.path).read_bytes()
    stored = {(tensor.dims, bytes(tensor.data)) for tensor in container.tensors}
    protos = list(tensor_protos(onnx.load(path)))
    held = {(tuple(proto.dims), onnx.numpy_helper.to_array(proto).tobytes()) for proto in protos}
    assert stored and stored <= held
    as_varints = {tuple(proto.dims) for proto in protos if proto.int32_data or proto.int64_data}
    missing = {dims for dims, data in held - stored if len(data) > 1024}
    assert missing <= as_varints


PRUNING = ["--sparsity=80%", "--sparsity=50%", "--pattern=2:4"]


@pytest.mark.skipif(not BINARY.exists(), reason="no release binary: its containers are not read")
@pytest.mark.parametrize("option", PRUNING)
@pytest.mark.parametrize("path", models())
def test_a_pruned_container_gives_what_the_command_restores(path, option, tmp_path):
    made, restored = tmp_path / "model.spm", tmp_path / "model.onnx"
    for arguments in ([path, made, option], [made, restored]):
        subprocess.run([BINARY, *arguments], check=True, capture_output=True, timeout=60)
    container = spm_reader.read(made)
    container.verify()
    assert container.history
    for file in container.files:
        assert file.bytes == (tmp_path / (file.path or "model.onnx")).read_bytes()

"""The independent reader's chunks against the pages' examples, writers of its own, and damage."""

import random
import tracemalloc

import numpy as np
import pytest
from chunk_writers import (
    decode,
    n_of_m_numbers,
    round_trips,
    sparse_numbers,
    stream,
    varint,
    write_bitmask,
    write_blocks,
    write_byte_planes,
    write_csr_gaps,
    write_float_joint,
    write_float_split,
    write_integer,
    write_n_of_m,
    write_negative_zeros,
    write_palette,
    write_repeats,
    write_row_classes,
    write_signed_repeats,
)
from spm_errors import SpmError

MEBIBYTE = 1 << 20


@pytest.fixture(scope="session", autouse=True)
def binary():
    """These checks need no release binary, unlike most others in this folder."""

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
    "row-classes": (1, bytes([1, 2, 3, 4, 5, 6]), "0f020002 00000100 0001020506 000304"),
    "negative-zeros": (2, u16(0, 0x8000, 0x3C00, 0x8000), "10 0000000000003c0000 0006"),
    "negative-zeros in a bitmask": (1, bytes.fromhex("008005000000008007"), "10 05000401 000507 0042"),
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
    "negative-zeros inside of itself": (2, 1, "10 10 000000 0000 0000"),
    "negative-zeros with a sign too many": (2, 4, "10 0000000000003c0000 0008"),
    "negative-zeros without signs": (2, 4, "10 0000000000003c0000"),
    "negative-zeros inside of a bitmask": (2, 2, "05 0003 10 0000000000 0002"),
    "row-classes of one kind": (1, 6, "0f020001 00000000 00010203040506"),
    "row-classes of nine kinds": (1, 18, "0f020009 00000102030405060708" + 9 * "000102"),
    "row-classes with a kind of no rows": (1, 6, "0f020003 00000100 0001020506 000304 00"),
    "row-classes with a kind too many": (1, 6, "0f020002 00000200 0001020506 000304"),
    "row-classes from beyond a row": (1, 6, "0f020202 00000100 0001020506 000304"),
    "row-classes of rows without elements": (1, 6, "0f000002 00000100 0001020506 000304"),
    "row-classes of rows longer than the chunk": (1, 6, "0f070102 000001 0001020506 000304"),
    "row-classes in row-classes": (1, 6, "0f020002 00000100 0f010002 000001 000102 00 0506 000304"),
    "row-classes of sparse elements": (1, 6, "0f020002 00000100 05000f 0001020506 000304"),
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
    "row-classes": (write_row_classes(5, 3), (1, 2, 4, 8, 16)),
    "row-classes of whole rows": (write_row_classes(100, 0), (1, 4)),
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
@pytest.mark.parametrize("write", [write_byte_planes, write_bitmask, write_row_classes(5, 3)])
def test_zeros_come_back_with_their_signs(write, coder):
    generator = random.Random(16)
    for width in (1, 2, 4, 8, 16):
        for count in (1, 7, 8, 9, 700):
            numbers = sparse_numbers(width, count, 0.3, seed=count)
            numbers = [number or generator.choice([0, 1 << (8 * width - 1)]) for number in numbers]
            round_trips(numbers, width, write_negative_zeros(write), coder)


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

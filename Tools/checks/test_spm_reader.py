"""The independent reader against containers that this file builds from the text, and the command's."""

import hashlib
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from chunk_writers import stored_chunk, varint
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


def tensor(name, element_type, dims, section_number, first=0, transposed=0):
    return (
        block(1, name) + number(2, element_type) + packed(3, dims)
        + number(4, section_number) + number(5, first) + number(6, transposed)
    )


def file(path, literal_section, runs=(), holes=(), sha256=b""):
    return (
        block(1, path) + number(2, literal_section) + packed(3, runs) + packed(4, holes)
        + block(5, sha256)
    )


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
    "transposed vector": lambda: sample(tensor=tensor(b"", 1, [6], 1, transposed=1)),
    "transposed twice": lambda: sample(tensor=tensor(b"", 1, [2, 3], 1, transposed=2)),
    "transposed box": lambda: sample(tensor=tensor(b"", 1, [1, 2, 3], 1, transposed=1)),
    "transposed complex numbers": lambda: sample(tensor=tensor(b"", 14, [1, 3], 1, transposed=1)),
    "transposed nothing": lambda: sample(tensor=tensor(b"", 1, [0, 3], 1, transposed=1)),
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


def test_a_transposed_matrix_is_turned():
    contents = spm_reader.parse_container(
        sample(tensor=tensor(b"", 1, [2, 3], 1, transposed=1), files=[model_file(sha256=b"")])
    ).tensors[0].data
    assert np.frombuffer(contents, "<f4").tolist() == [0, 2, 4, 1, 3, 5]


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

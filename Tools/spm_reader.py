#!/usr/bin/env python3
"""An independent reader of .spm containers, written from schemas/spm.md, schemas/spm.proto and
schemas/encodings/ alone. It proves that the text is enough to read every container.

    python Tools/spm_reader.py FILE.spm [--verify | --extract DIR] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import signal
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from spm_chunks import decode_chunk
from spm_errors import SpmError, refuse, require
from spm_protobuf import INDEX, parse

# MARK: the container (schemas/spm.md)

HEADER = struct.Struct("<8sBBHI")
FOOTER = struct.Struct("<QQQIQI8s")
MAGIC = bytes.fromhex("89 53 50 4D 0D 0A 1A 0A")
END_MAGIC = bytes.fromhex("0A 1A 0A 0D 4D 50 53 89")
DRAFT = (0, 1)
MAJOR_VERSION = 1
INDEX_PIECE = 1 << 18
MAXIMUM_CHUNK = 1 << 18
MAXIMUM_BYTES = 1 << 42
MAXIMUM_GAP = 4095
MAXIMUM_SHARDS = 4096
LARGEST_TRANSPOSE = 1 << 31

OPAQUE, UNSIGNED, SIGNED, FLOAT = 0, 1, 2, 3
DEFAULT_LIMIT = 1 << 33
INDEX_EXPANSION = 64  # bytes of memory that one byte of the index may come to, roughly

# ONNX element type -> (name, bits, element kind, element width).
ELEMENT_TYPES = {
    1: ("float32", 32, FLOAT, 4), 2: ("uint8", 8, UNSIGNED, 1), 3: ("int8", 8, SIGNED, 1),
    4: ("uint16", 16, UNSIGNED, 2), 5: ("int16", 16, SIGNED, 2), 6: ("int32", 32, SIGNED, 4),
    7: ("int64", 64, SIGNED, 8), 9: ("bool", 8, OPAQUE, 1), 10: ("float16", 16, FLOAT, 2),
    11: ("float64", 64, FLOAT, 8), 12: ("uint32", 32, UNSIGNED, 4),
    13: ("uint64", 64, UNSIGNED, 8), 14: ("complex64", 64, FLOAT, 4),
    15: ("complex128", 128, FLOAT, 8), 16: ("bfloat16", 16, FLOAT, 2),
    17: ("float8e4m3fn", 8, OPAQUE, 1), 18: ("float8e4m3fnuz", 8, OPAQUE, 1),
    19: ("float8e5m2", 8, OPAQUE, 1), 20: ("float8e5m2fnuz", 8, OPAQUE, 1),
    21: ("uint4", 4, OPAQUE, 1), 22: ("int4", 4, OPAQUE, 1), 23: ("float4e2m1", 4, OPAQUE, 1),
    24: ("float8e8m0", 8, OPAQUE, 1), 25: ("uint2", 2, OPAQUE, 1), 26: ("int2", 2, OPAQUE, 1),
    27: ("float6e2m3", 6, OPAQUE, 1), 28: ("float6e3m2", 6, OPAQUE, 1),
}


@dataclass
class Section:
    """A run of elements of one layout; decoded when somebody asks for its contents."""

    kind: int
    width: int
    count: int
    chunk_elements: int
    plain: bool
    shard: int
    chunks: list[memoryview]
    checksums: list[int]
    encodings: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.count * self.width

    @property
    def layout(self) -> tuple[int, ...]:
        return self.kind, self.width, self.count, self.chunk_elements

    @property
    def chunk_sizes(self) -> list[int]:
        """The decoded bytes of each chunk."""
        starts = range(0, self.count, self.chunk_elements)
        return [min(self.chunk_elements, self.count - start) * self.width for start in starts]

    @cached_property
    def data(self) -> memoryview:
        """The decoded contents. Fills `encodings`, too."""
        decoded = bytearray()
        sizes = self.chunk_sizes
        for number, (stored, checksum) in enumerate(zip(self.chunks, self.checksums)):
            require(zlib.crc32(stored) == checksum, f"chunk {number}: the checksum is wrong")
            if self.plain:
                decoded += stored
                continue
            count = sizes[number] // self.width
            contents, encoding = decode_chunk(stored, self.width, count)
            decoded += contents.tobytes()
            self.encodings.append(encoding)
        return memoryview(decoded).toreadonly()


@dataclass(frozen=True)
class Tensor:
    name: str
    element_type: str
    dims: tuple[int, ...]
    size: int
    offset: int
    section: Section
    transposed: bool

    @property
    def data(self) -> memoryview:
        stored = self.section.data[self.offset : self.offset + self.size]
        if not self.transposed:
            return stored
        matrix = np.frombuffer(stored, f"V{self.section.width}").reshape(self.dims[::-1])
        return memoryview(matrix.T.tobytes())


@dataclass(frozen=True)
class File:
    """A file as literal bytes with holes that tensors fill. The model's path is empty."""

    path: str
    size: int
    sha256: str
    literals: Section
    runs: list[int]
    holes: list[Tensor]

    def pieces(self) -> Iterator[memoryview]:
        at = 0
        for run, hole in zip(self.runs, self.holes):
            yield self.literals.data[at : at + run]
            yield hole.data
            at += run
        yield self.literals.data[at:]

    @property
    def bytes(self) -> bytes:
        """The contents, compared with the digest if there is one."""
        contents = b"".join(self.pieces())
        if self.sha256:
            digest = hashlib.sha256(contents).hexdigest()
            require(digest == self.sha256, f"file '{self.path}': the SHA-256 is {digest}")
        return contents


@dataclass(frozen=True)
class HistoryEntry:
    action: str
    settings: list[tuple[str, str]]
    weight_count: int
    zeros_before: int
    zeros_after: int


@dataclass(frozen=True)
class Container:
    """What a file holds; a shard, which holds tensors of another container, has no files."""

    sections: list[Section]
    tensors: list[Tensor]
    files: list[File]
    history: list[HistoryEntry]
    index_checksum: int

    @property
    def chunk_encodings(self) -> list[list[int]]:
        """The encoding of each chunk of each section."""
        self.verify_sections()
        return [section.encodings for section in self.sections]

    def verify_sections(self) -> None:
        for number, section in enumerate(self.sections):
            try:
                section.data
            except SpmError as error:
                refuse(f"section {number}, {error}")

    def verify(self) -> None:
        """Decodes everything; compares every checksum and digest."""
        self.verify_sections()
        for file in self.files:
            file.bytes


def read(path: str | os.PathLike[str], limit: int = DEFAULT_LIMIT) -> Container:
    """Opens a container. The format allows far more than fits into memory: sections or files of
    more than `limit` bytes in all are refused, too."""
    folder = Path(path).parent
    return parse_container(Path(path).read_bytes(), limit, lambda name: (folder / name).read_bytes())


def no_folder(name: str) -> bytes:
    refuse(f"the shard '{name}' needs a folder to stand in")


def parse_container(
    contents: bytes, limit: int = DEFAULT_LIMIT, open_shard: Callable[[str], bytes] = no_folder
) -> Container:
    data = memoryview(contents)
    require(len(data) >= HEADER.size + FOOTER.size, "the file is too short")
    check_header(data[: HEADER.size])
    index_offset, checksum, index = read_index(data, limit)
    fields = parse(memoryview(index), INDEX)
    sections = read_sections(fields["sections"], data[HEADER.size : index_offset])
    is_shard = fields["document"] is None
    require(not (is_shard and fields["shards"]), "shards of a shard")
    join_shards(sections, [read_shard(shard, limit, open_shard) for shard in named(fields["shards"])])
    require(sum(section.size for section in sections) <= limit, "larger than the reader's limit")
    tensors = [read_tensor(i, tensor, sections) for i, tensor in enumerate(fields["tensors"])]
    history = [read_entry(entry) for entry in fields["history"]]
    if is_shard:
        return Container(sections, tensors, [], history, checksum)
    require(fields["document"]["format"] == b"onnx", "the format of the files is not onnx")
    files = [read_file(file, sections, tensors) for file in fields["document"]["files"]]
    check_paths([file.path for file in files])
    structure = files[0].literals
    claim = (1 << 25) + 64 * sum(len(chunk) for chunk in structure.chunks)
    require(structure.size <= claim, "the structure is larger than its stored bytes allow")
    require(sum(file.size for file in files) <= limit, "larger than the reader's limit")
    return Container(sections, tensors, files, history, checksum)


def named(shards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [shard["name"] for shard in shards]
    require(len(names) <= MAXIMUM_SHARDS, f"{len(names)} shards")
    require(len(set(names)) == len(names), "two shards of one name")
    for name in names:
        check_paths(["", text(name)])
        require(b"/" not in name, "a shard in another folder")
    return shards


def read_shard(
    record: dict[str, Any], limit: int, open_shard: Callable[[str], bytes]
) -> list[Section]:
    """The sections of a shard, which must be the one that the record means."""
    name = text(record["name"])
    contents = open_shard(name)
    require(len(contents) == record["byte_count"], f"the shard '{name}' has another size")
    shard = parse_container(contents, limit)
    require(not shard.files, f"the shard '{name}' is no shard")
    require(shard.index_checksum == record["index_checksum"], f"the shard '{name}' is another")
    return shard.sections


def join_shards(sections: list[Section], shards: list[list[Section]]) -> None:
    """Puts the sections of shards in the places of those that name them, in order."""
    rest = [iter(shard) for shard in shards]
    for number, section in enumerate(sections):
        if section.shard == 0:
            continue
        require(section.shard <= len(shards), f"section {number}: there is no such shard")
        found = next(rest[section.shard - 1], None)
        require(found is not None and found.layout == section.layout, f"section {number} is another")
        found.shard = section.shard
        sections[number] = found
    require(all(next(shard, None) is None for shard in rest), "a section of a shard is not used")


def check_header(header: memoryview) -> None:
    magic, major, minor, reserved, checksum = HEADER.unpack(header)
    require(magic == MAGIC, "not an .spm container: the magic is wrong")
    require(checksum == zlib.crc32(header[:12]), "header: the checksum is wrong")
    known = major == MAJOR_VERSION or (major, minor) == DRAFT
    require(known, f"version {major}.{minor} is not known")
    require(reserved == 0, "header: reserved bytes are not 0")


def read_index(data: memoryview, limit: int) -> tuple[int, int, bytes]:
    """Where the index starts, its checksum, and its decoded bytes."""
    footer = data[len(data) - FOOTER.size :]
    offset, stored, decoded, checksum, reserved, own_checksum, magic = FOOTER.unpack(footer)
    require(magic == END_MAGIC, "the end magic is wrong; the file may be cut")
    require(own_checksum == zlib.crc32(footer[:36]), "footer: the checksum is wrong")
    require(reserved == 0, "footer: reserved bytes are not 0")
    require(HEADER.size <= offset, "footer: the index lies in the header")
    require(offset + stored + FOOTER.size == len(data), "footer: the index does not end there")
    require(decoded <= min(1 << 28, (1 << 20) + 16 * stored), "footer: the index is too large")
    require(decoded <= limit // INDEX_EXPANSION, "the index is larger than the reader's limit")
    index = data[offset : offset + stored]
    require(checksum == zlib.crc32(index), "index: the checksum is wrong")
    return offset, checksum, join_index(index, decoded)


def join_index(stored: memoryview, decoded_length: int) -> bytes:
    decoded = bytearray()
    at = 0
    while len(decoded) < decoded_length:
        require(at + 4 <= len(stored), "index: a piece is missing")
        (length,) = struct.unpack_from("<I", stored, at)
        at += 4
        require(length <= len(stored) - at, "index: a piece is cut")
        count = min(INDEX_PIECE, decoded_length - len(decoded))
        decoded += decode_chunk(stored[at : at + length], 1, count)[0].tobytes()
        at += length
    require(at == len(stored), "index: bytes behind the last piece")
    return bytes(decoded)


def read_sections(messages: list[dict[str, Any]], area: memoryview) -> list[Section]:
    """The sections; `area` is what lies between header and index, and they fill it."""
    sections = []
    at = total = 0
    for number, message in enumerate(messages):
        section = read_section(number, message)
        total += section.size
        require(total <= MAXIMUM_BYTES, "the sections are too large")
        if section.shard > 0:
            sections.append(section)
            continue
        at = skip_gap(number, message["gap"], area, at)
        lengths = section.chunk_sizes if section.plain else message["chunk_lengths"].tolist()
        require(at + sum(lengths) <= len(area), f"section {number} leaves the file")
        for length in lengths:
            section.chunks.append(area[at : at + length])
            at += length
        sections.append(section)
    require(at == len(area), "bytes between the sections and the index")
    return sections


def skip_gap(number: int, gap: int, area: memoryview, at: int) -> int:
    require(gap <= MAXIMUM_GAP and gap <= len(area) - at, f"section {number}: a gap of {gap} bytes")
    require(not any(area[at : at + gap]), f"section {number}: a gap that is not zero")
    return at + gap


def read_section(number: int, message: dict[str, Any]) -> Section:
    """A section whose chunks are still to be found."""
    where = f"section {number}: "
    kind, width, count = (message["element_" + name] for name in ("kind", "width", "count"))
    chunk_elements = message["chunk_elements"]
    lengths, checksums = message["chunk_lengths"], message["chunk_checksums"]
    require(kind in (OPAQUE, UNSIGNED, SIGNED, FLOAT), f"{where}element kind {kind}")
    require(width in (1, 2, 4, 8, 16), f"{where}element width {width}")
    require(count * width <= MAXIMUM_BYTES, f"{where}{count} elements are too many")
    require(1 <= chunk_elements <= MAXIMUM_CHUNK, f"{where}{chunk_elements} elements a chunk")
    chunk_count = -(-count // chunk_elements)
    plain, shard = message["plain"], message["shard"]
    require(plain <= 1, f"{where}plain {plain}")
    require(shard == 0 or plain + message["gap"] == 0, f"{where}chunks that stand in a shard")
    length_count = 0 if plain or shard else chunk_count
    require(len(lengths) == length_count, f"{where}{len(lengths)} lengths of {chunk_count} chunks")
    require(len(checksums) == (0 if shard else chunk_count), f"{where}not one checksum a chunk")
    require(length_count == 0 or int(lengths.min()) >= 1, f"{where}an empty chunk")
    return Section(kind, width, count, chunk_elements, bool(plain), shard, [], checksums.tolist())


def read_tensor(number: int, message: dict[str, Any], sections: list[Section]) -> Tensor:
    name = text(message["name"])
    where = f"tensor {number} '{name}': "
    element_type, dims = message["element_type"], tuple(message["dims"].tolist())
    require(element_type in ELEMENT_TYPES, f"{where}element type {element_type}")
    require(len(dims) <= 16, f"{where}{len(dims)} dims")
    require(message["section"] < len(sections), f"{where}there is no section {message['section']}")
    section = sections[message["section"]]
    type_name, bits, kind, width = ELEMENT_TYPES[element_type]
    require((section.kind, section.width) == (kind, width), f"{where}not the type of its section")
    elements = math.prod(dims)
    largest = math.prod(dim for dim in dims if dim)
    require(max(dims, default=0) < 1 << 63 and largest < 1 << 63, f"{where}too many elements")
    size, offset = -(-elements * bits // 8), message["first_element"] * width
    require(offset + size <= section.size, f"{where}leaves its section")
    transposed = message["transposed"]
    require(transposed <= 1, f"{where}transposed {transposed}")
    if transposed:
        require(len(dims) == 2 and bits == 8 * width, f"{where}transposed, but no matrix")
        require(1 <= size <= LARGEST_TRANSPOSE, f"{where}a transpose of {size} bytes")
    return Tensor(name, type_name, dims, size, offset, section, bool(transposed))


def read_file(message: dict[str, Any], sections: list[Section], tensors: list[Tensor]) -> File:
    path = text(message["path"])
    where = f"file '{path}': "
    number, digest = message["literal_section"], message["sha256"]
    require(number < len(sections), f"{where}there is no section {number}")
    literals = sections[number]
    layout = (literals.kind, literals.width)
    require(layout == (OPAQUE, 1), f"{where}section {number} does not hold bytes")
    require(not literals.shard, f"{where}section {number} stands in a shard")
    runs, holes = message["literal_runs"].tolist(), message["hole_tensors"].tolist()
    require(len(runs) == len(holes), f"{where}{len(runs)} runs and {len(holes)} holes")
    require(sum(runs) <= literals.size, f"{where}the runs leave the section")
    require(max(holes, default=-1) < len(tensors), f"{where}a hole without a tensor")
    require(len(digest) in (0, 32), f"{where}a SHA-256 of {len(digest)} bytes")
    filled = [tensors[hole] for hole in holes]
    size = literals.size + sum(tensor.size for tensor in filled)
    return File(path, size, digest.hex(), literals, runs, filled)


def check_paths(paths: list[str]) -> None:
    require(len(paths) > 0, "there is no file")
    require(paths[0] == "", "the model has a path")
    folders = set()
    for path in paths[1:]:
        parts = path.split("/")
        plain = not {"\0", "\\"} & set(path) and path[1:2] != ":"
        short = all(len(os.fsencode(part)) <= 255 for part in parts)
        require(plain and short and not {"", ".", ".."} & set(parts), f"file '{path}': bad path")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    require(len(set(paths)) == len(paths), "two files of one path")
    require(not folders & set(paths), "a path that is file and folder")


def read_entry(message: dict[str, Any]) -> HistoryEntry:
    settings = [(text(setting["name"]), text(setting["value"])) for setting in message["settings"]]
    counts = (message[name] for name in ("weight_count", "zeros_before", "zeros_after"))
    return HistoryEntry(text(message["action"]), settings, *counts)


def text(name: bytes) -> str:
    """Any bytes as text; those that are not UTF-8 come back through `os.fsencode`."""
    return name.decode("utf-8", "surrogateescape")


# MARK: the command

def extract(container: Container, source: Path, folder: Path) -> list[Path]:
    """Restores the files; the model is named after the container."""
    written = []
    for file in container.files:
        target = folder / (file.path or source.with_suffix(".onnx").name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "xb") as stream:
            stream.write(file.bytes)
        written.append(target)
    return written


def describe(container: Container) -> dict[str, Any]:
    return {
        "tensors": [
            {"name": tensor.name, "type": tensor.element_type, "dims": tensor.dims,
             "bytes": tensor.size, "sha256": hashlib.sha256(tensor.data).hexdigest()}
            for tensor in container.tensors
        ],
        "files": [
            {"path": file.path, "bytes": file.size, "sha256": file.sha256}
            for file in container.files
        ],
        "history": [vars(entry) for entry in container.history],
        "chunk_encodings": container.chunk_encodings,
    }


def run(options: argparse.Namespace) -> None:
    container = read(options.file)
    if options.verify:
        container.verify()
        counts = f"{len(container.tensors)} tensors, {len(container.files)} files"
        print(f"{options.file}: {counts}: valid")
    elif options.extract:
        for path in extract(container, options.file, options.extract):
            print(path)
    elif options.json:
        print(json.dumps(describe(container), indent=2))
    else:
        for tensor in describe(container)["tensors"]:
            dims = "x".join(map(str, tensor["dims"])) or "scalar"
            name = tensor["name"].encode("utf-8", "backslashreplace").decode()
            print(f"{name}\t{tensor['type']}\t{dims}\t{tensor['bytes']}\t{tensor['sha256'][:16]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--verify", action="store_true", help="decode and compare everything")
    parser.add_argument("--extract", type=Path, metavar="DIR", help="restore the files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        run(options)
    except (SpmError, OSError) as error:
        print(f"{options.file}: {error}", file=sys.stderr if not options.verify else sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

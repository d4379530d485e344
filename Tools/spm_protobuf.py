"""The index of a container as protobuf: the part of the independent reader that knows schemas/spm.proto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from spm_errors import refuse, require

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FIRST_SKIPPABLE_FIELD = 64

# Field number -> (name, type). A tuple ("many" | "maybe", schema) stands for a message.
SETTING = {1: ("name", "bytes"), 2: ("value", "bytes")}
HISTORY_ENTRY = {
    1: ("action", "bytes"), 2: ("settings", ("many", SETTING)), 3: ("weight_count", "uint64"),
    4: ("zeros_before", "uint64"), 5: ("zeros_after", "uint64"),
}
TENSOR = {
    1: ("name", "bytes"), 2: ("element_type", "uint32"), 3: ("dims", "packed uint64"),
    4: ("section", "uint32"), 5: ("first_element", "uint64"), 6: ("transposed", "uint32"),
}
SECTION = {
    1: ("element_kind", "uint32"), 2: ("element_width", "uint32"), 3: ("element_count", "uint64"),
    4: ("chunk_elements", "uint32"), 5: ("chunk_lengths", "packed uint32"),
    6: ("chunk_checksums", "packed fixed32"), 7: ("gap", "uint32"), 8: ("plain", "uint32"),
    9: ("shard", "uint32"),
}
SHARD = {1: ("name", "bytes"), 2: ("byte_count", "uint64"), 3: ("index_checksum", "fixed32")}
FILE = {
    1: ("path", "bytes"), 2: ("literal_section", "uint32"), 3: ("literal_runs", "packed uint64"),
    4: ("hole_tensors", "packed uint32"), 5: ("sha256", "bytes"),
}
DOCUMENT = {1: ("format", "bytes"), 2: ("files", ("many", FILE))}
INDEX = {
    1: ("document", ("maybe", DOCUMENT)), 2: ("sections", ("many", SECTION)),
    3: ("tensors", ("many", TENSOR)), 4: ("history", ("many", HISTORY_ENTRY)),
    5: ("shards", ("many", SHARD)),
}
ABSENT = {"bytes": b"", "uint32": 0, "uint64": 0, "fixed32": 0}


def read_varint(data: memoryview, at: int) -> tuple[int, int]:
    """The value of at most 64 bits that starts at `at`, and where the next one starts."""
    value = 0
    for position in range(at, min(at + 10, len(data))):
        value |= (data[position] & 0x7F) << (7 * (position - at))
        if data[position] < 0x80:
            require(value < 1 << 64, "index: a number of more than 64 bits")
            return value, position + 1
    refuse("index: a number without an end")


def wire_fields(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Number, wire type and bytes of each field; the bytes of a varint are its own encoding."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire_type = key >> 3, key & 7
        require(0 < number < 1 << 29, f"index: field number {number}")
        if wire_type == VARINT:
            _, end = read_varint(data, at)
        elif wire_type == BYTES:
            length, at = read_varint(data, at)
            end = at + length
        elif wire_type in (FIXED64, FIXED32):
            end = at + (8 if wire_type == FIXED64 else 4)
        else:
            refuse(f"index: wire type {wire_type}")
        require(end <= len(data), f"index: field {number} ends behind its message")
        yield number, wire_type, data[at:end]
        at = end


def unpack_varints(packed: bytearray, bits: int) -> np.ndarray:
    """The varints of a packed field, all at once."""
    encoded = np.frombuffer(packed, np.uint8)
    ends = np.flatnonzero(encoded < 0x80)
    require(len(encoded) == (ends[-1] + 1 if len(ends) else 0), "index: a number without an end")
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)[: len(ends)]
    lengths = ends - starts + 1
    longest = int(lengths.max(initial=0))
    require(longest <= 10, "index: a number without an end")
    values = np.zeros(len(ends), np.uint64)
    for place in range(longest):
        long_enough = lengths > place
        digits = encoded[starts[long_enough] + place].astype(np.uint64)
        require(place < 9 or digits.max() <= 1, "index: a number of more than 64 bits")
        values[long_enough] |= (digits & np.uint64(0x7F)) << np.uint64(7 * place)
    require(int(values.max(initial=0)) < 1 << bits, f"index: a number of more than {bits} bits")
    return values


def parse(data: memoryview, schema: dict[int, tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a message by name. Of a number that stands twice the last counts; a message
    that does is the two joined, as in protobuf."""
    message: dict[str, Any] = {}
    joined: dict[str, bytearray] = {}
    for number, wire_type, content in wire_fields(data):
        if number >= FIRST_SKIPPABLE_FIELD:
            continue
        require(number in schema, f"index: field {number} is not known; it needs a newer version")
        name, kind = schema[number]
        if kind in ("uint32", "uint64") and wire_type == VARINT:
            message[name], _ = read_varint(content, 0)
            require(kind == "uint64" or message[name] < 1 << 32, f"index: {name} over 32 bits")
        elif kind == "fixed32" and wire_type == FIXED32:
            message[name] = int.from_bytes(content, "little")
        elif kind == "bytes" and wire_type == BYTES:
            message[name] = bytes(content)
        elif isinstance(kind, tuple) and wire_type == BYTES:
            if kind[0] == "many":
                message.setdefault(name, []).append(parse(content, kind[1]))
            else:
                joined.setdefault(name, bytearray()).extend(content)
        elif str(kind).startswith("packed") and wire_type in packable(kind):
            joined.setdefault(name, bytearray()).extend(content)
        else:
            refuse(f"index: {name} has wire type {wire_type}")
    for name, kind in schema.values():
        if name not in message:
            message[name] = finish(kind, joined.get(name))
    return message


def packable(kind: str) -> tuple[int, int]:
    """A repeated number may stand packed or alone."""
    return (BYTES, FIXED32) if kind == "packed fixed32" else (BYTES, VARINT)


def finish(kind: Any, joined: bytearray | None) -> Any:
    """The value of a field from all its joined parts, or its default when there are none."""
    if isinstance(kind, tuple):
        absent = [] if kind[0] == "many" else None
        return absent if joined is None else parse(memoryview(joined), kind[1])
    joined = bytearray() if joined is None else joined
    if kind == "packed fixed32":
        require(len(joined) % 4 == 0, "index: a cut fixed32")
        return np.frombuffer(joined, "<u4")
    if kind.startswith("packed"):
        return unpack_varints(joined, 64 if kind.endswith("64") else 32)
    return ABSENT[kind]

"""The safetensors container: its header read with suspicion, and written in a fixed order.

A file is eight bytes with the header's length, a JSON header, and the tensors side by side. All of
it is checked against the file's own size before anything is believed or reserved. Seed tables, lens
files and checkpoints have their tensors in it; each says in :class:`ContainerRules` what it allows
beyond that.

Source: ``safetensors/src/tensor.rs``, whose checks are made here too, and some beyond.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from .errors import InputError
from .strict_json import dump_json, parse_json

#: How many bytes a number takes, by safetensors' code of its type.
ITEM_SIZES: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E4M3FNUZ"), 1),
    **dict.fromkeys(("F8_E5M2", "F8_E5M2FNUZ", "F8_E8M0"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 8),
}

_METADATA = "__metadata__"
_LENGTH = 8
_ALIGNMENT = 8
_MOST_AXES = 8


@dataclass(frozen=True)
class ContainerRules:
    """What a format asks of its container, and how it complains.

    Args:
        problem: the error raised.
        codes: the types it has, by safetensors' codes.
        longest_header: in bytes.
        least_side: the smallest side of a tensor; 1 where an empty one means nothing.
        most_values: how many values its header may hold.
        when_damaged: what to do about a file that is cut short or no such file.
        when_too_long: what to do about a header that becomes too long to write.
        text_field: what the message calls the metadata that cannot be written.
    """

    problem: type[InputError] = InputError
    codes: Collection[str] = tuple(ITEM_SIZES)
    longest_header: int = 100_000_000
    least_side: int = 0
    most_values: int = 2**18
    when_damaged: str = "The file is cut short, damaged or no safetensors file."
    when_too_long: str = ""
    text_field: str = "header"


@dataclass(frozen=True)
class TensorEntry:
    """One tensor of a file.

    Args:
        name: its name.
        code: safetensors' code of its type, such as ``"F32"``.
        shape: its shape.
        begin: its first byte, counted from the end of the header.
    """

    name: str
    code: str
    shape: tuple[int, ...]
    begin: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return math.prod(self.shape) * ITEM_SIZES[self.code]

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.begin + self.size


@dataclass(frozen=True)
class SafetensorsHeader:
    """What a file says of itself.

    Args:
        metadata: texts by name; empty where it has none.
        entries: the tensors, in the order they lie.
        start: where the first of them begins in the file.
    """

    metadata: Mapping[str, str]
    entries: tuple[TensorEntry, ...]
    start: int


def read_header(stream: BinaryIO, size: int, rules: ContainerRules) -> SafetensorsHeader:
    """Read and check the header of an open file of ``size`` bytes, and none of its tensors.

    Raises:
        InputError: of the kind in ``rules``: it is no safetensors file, its tensors do not lie side
            by side from the end of the header to the end of the file, or one of them is not what
            ``rules`` allow; the field names it.
    """
    coded = _header_bytes(stream, size, rules)
    header = _parsed(coded, rules)
    metadata = _texts(header.pop(_METADATA, None), rules)
    entries = [_entry(name, value, rules) for name, value in header.items()]
    entries.sort(key=lambda entry: (entry.begin, entry.end))
    start = _LENGTH + len(coded)
    _require_adjoining(entries, size - start, rules)
    return SafetensorsHeader(metadata, tuple(entries), start)


def read_skeleton(
    stream: BinaryIO, size: int, rules: ContainerRules
) -> Mapping[str, tuple[int, ...]]:
    """Read the shapes of a file that names tensors and holds none: a header alone.

    Raises:
        InputError: of the kind in ``rules``: it is no such file.
    """
    coded = _header_bytes(stream, size, rules)
    header = _parsed(coded, rules)
    header.pop(_METADATA, None)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, value in header.items():
        if not isinstance(value, dict) or value.get("data_offsets") != [0, 0]:
            raise rules.problem(name, expected="a tensor that is left out", got=_kind(value))
        shapes[name] = _counts(f"{name}.shape", value.get("shape"), 0, rules.problem)
    if _LENGTH + len(coded) != size:
        raise rules.problem("file", expected="a header alone", got=f"{size} bytes")
    return shapes


def read_content(
    stream: BinaryIO, header: SafetensorsHeader, entry: TensorEntry, rules: ContainerRules
) -> bytes:
    """Read the bytes of one tensor, little-endian, the last axis first.

    Raises:
        InputError: of the kind in ``rules``: the file has become shorter than it was.
    """
    stream.seek(header.start + entry.begin)
    content = stream.read(entry.size)
    if len(content) != entry.size:
        raise rules.problem(
            entry.name,
            expected=f"{entry.size} bytes",
            got=f"{len(content)}",
            advice=rules.when_damaged,
        )
    return content


def encode_header(
    entries: Iterable[TensorEntry], metadata: Mapping[str, str], rules: ContainerRules
) -> tuple[tuple[TensorEntry, ...], bytes]:
    """Lay tensors out, the widest numbers first so that all are aligned, and describe them.

    Returns:
        the tensors in the order in which their bytes have to follow, and the header with its
        length; the same for the same tensors and metadata.

    Raises:
        InputError: of the kind in ``rules``: the metadata hold what UTF-8 cannot, or the header
            becomes longer than a reader would read.
    """
    placed, begin = [], 0
    for one in sorted(entries, key=lambda entry: (-ITEM_SIZES[entry.code], entry.name)):
        placed.append(TensorEntry(one.name, one.code, one.shape, begin))
        begin += one.size
    header: dict[str, object] = {_METADATA: dict(metadata)}
    for one in placed:
        offsets = [one.begin, one.end]
        header[one.name] = {"dtype": one.code, "shape": list(one.shape), "data_offsets": offsets}
    try:
        text = dump_json(header, field=rules.text_field, problem=rules.problem).encode()
    except UnicodeEncodeError as error:
        expected = "texts UTF-8 can hold"
        raise rules.problem(rules.text_field, expected=expected, got=f"{error}") from error
    text += b" " * (-len(text) % _ALIGNMENT)
    if len(text) > rules.longest_header:
        expected = f"a header of at most {rules.longest_header} bytes"
        raise rules.problem(
            rules.text_field, expected=expected, got=f"{len(text)}", advice=rules.when_too_long
        )
    return tuple(placed), struct.pack("<Q", len(text)) + text


def _header_bytes(stream: BinaryIO, size: int, rules: ContainerRules) -> bytes:
    if size < _LENGTH:
        raise rules.problem(
            "file", expected="a safetensors file", got=f"{size} bytes", advice=rules.when_damaged
        )
    (length,) = struct.unpack("<Q", _exactly(stream, _LENGTH, rules))
    most = min(rules.longest_header, size - _LENGTH)
    if length > most:
        raise rules.problem(
            "header", expected=f"at most {most} bytes", got=f"{length}", advice=rules.when_damaged
        )
    return _exactly(stream, length, rules)


def _parsed(coded: bytes, rules: ContainerRules) -> dict[str, object]:
    try:
        text = coded.decode()
    except UnicodeDecodeError as error:
        raise rules.problem("header", expected="UTF-8 text", got=f"{error}") from error
    header = parse_json(text, field="header", problem=rules.problem, most_values=rules.most_values)
    if not isinstance(header, dict):
        raise rules.problem("header", expected="an object", got=_kind(header))
    return header


def _exactly(stream: BinaryIO, count: int, rules: ContainerRules) -> bytes:
    content = stream.read(count)
    if len(content) != count:
        raise rules.problem(
            "file", expected=f"{count} bytes", got=f"{len(content)}", advice=rules.when_damaged
        )
    return content


def _texts(value: object, rules: ContainerRules) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise rules.problem(_METADATA, expected="an object of texts", got=_kind(value))
    return value


def _entry(name: str, value: object, rules: ContainerRules) -> TensorEntry:
    if not name:
        raise rules.problem("header", expected="tensors with names", got="one without")
    if not isinstance(value, dict):
        raise rules.problem(name, expected="dtype, shape and data_offsets", got=_kind(value))
    code, shape, offsets = (value.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(code, str) or code not in rules.codes:
        known = ", ".join(rules.codes)
        raise rules.problem(f"{name}.dtype", expected=f"one of {known}", got=repr(code))
    sides = _counts(f"{name}.shape", shape, rules.least_side, rules.problem)
    span = _counts(f"{name}.data_offsets", offsets, 0, rules.problem)
    if len(span) != 2 or span[0] > span[1]:
        raise rules.problem(f"{name}.data_offsets", expected="begin and end", got=f"{offsets}")
    entry = TensorEntry(name, code, sides, span[0])
    if entry.end != span[1]:
        expected = f"{span[1] - span[0]} bytes of {code}"
        raise rules.problem(f"{name}.shape", expected=expected, got=f"{sides}")
    return entry


def _counts(place: str, value: object, least: int, problem: type[InputError]) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > _MOST_AXES:
        raise problem(place, expected=f"a list of at most {_MOST_AXES}", got=f"{value!r}")
    if not all(type(item) is int and least <= item < 2**63 for item in value):
        raise problem(place, expected=f"whole numbers from {least} on", got=f"{value!r}")
    return tuple(value)


def _require_adjoining(entries: Iterable[TensorEntry], room: int, rules: ContainerRules) -> None:
    """Tensors follow each other without gap or overlap and end with the file."""
    end = 0
    for entry in entries:
        if entry.begin != end:
            raise rules.problem(entry.name, expected=f"bytes from {end} on", got=f"{entry.begin}")
        end = entry.end
    if end != room:
        raise rules.problem(
            "file", expected=f"{end} bytes of tensors", got=f"{room}", advice=rules.when_damaged
        )


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__

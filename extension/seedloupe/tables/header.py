"""The head of a seed-table file: what is in it and where, found without reading a tensor.

The layout is safetensors': eight bytes with the header's length, a JSON header, the tensors. All of
it is checked against the size of the file before anything is believed.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np

from ..errors import TableError
from .codec import parse_json, under
from .columns import names_in
from .spec import TableSpec

T = TypeVar("T")

FORMAT = "seedloupe.seed_table"
VERSION = "1"
DIGEST = "tensors_sha256"
"""The metadata's entry with the SHA-256 of all tensors by name; may be missing."""

LARGEST_HEADER = 4 * 2**20
_MOST_AXES = 8
CODES: Mapping[str, str] = {
    "BOOL": "|b1",
    "U8": "|u1",
    "I8": "|i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}


@dataclass(frozen=True)
class Entry:
    """Where one tensor lies, in bytes after the header."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Outline:
    """What a table's header says of it: enough to list and to match it, not to trust its numbers.

    Args:
        spec: what the table says about itself.
        entries: its tensors in the order they lie in the file.
        start: where the first of them begins, in bytes.
        metadata: entries of the file's metadata this version does not know.
        digest: the SHA-256 its tensors should have; None where nobody wrote it down.
    """

    spec: TableSpec
    entries: tuple[Entry, ...]
    start: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    digest: str | None = None

    def __len__(self) -> int:
        """Return how many seeds there are."""
        return next(entry.shape[0] for entry in self.entries if entry.name == "seeds")

    def names_of(self, family: str) -> tuple[str, ...]:
        """Return the sorted names of its scores (``score``), tags (``rate``) or spaces."""
        return names_in((entry.name for entry in self.entries), family)


def read_outline(path: Path | str) -> Outline:
    """Read the header of a seed table and none of its tensors.

    Args:
        path: a ``*.seedtable.safetensors`` file.

    Raises:
        TableError: there is no such file, or its header is none of version 1; the field names the
            entry, and the message ends with the file.
    """
    return read_file(Path(path), outline_of)


def read_spec(path: Path | str) -> TableSpec:
    """Read what a seed table says about itself and none of its tensors.

    Raises:
        TableError: as :func:`read_outline`.
    """
    return read_outline(path).spec


def read_file(file: Path, read: Callable[[BinaryIO, int], T]) -> T:
    """Open a table and hand it, with its size in bytes, to ``read``.

    Raises:
        TableError: there is no such file, or ``read`` refuses it; the message ends with the file.
    """
    try:
        _require_file(file)
        with file.open("rb") as stream:
            return read(stream, os.fstat(stream.fileno()).st_size)
    except OSError as error:
        wrong = TableError("file", expected="a readable file", got=f"{error}")
        raise _about(file, wrong) from error
    except TableError as error:
        raise _about(file, error) from error.__cause__


def outline_of(stream: BinaryIO, size: int) -> Outline:
    """Read the header of an open table of ``size`` bytes.

    Raises:
        TableError: it is none of version 1.
    """
    header, start = _read_header(stream, size)
    metadata = _metadata(header.pop("__metadata__", None))
    spec, digest = _spec(metadata), metadata.pop(DIGEST, None)
    entries = _entries(header, size - start)
    _check_seeds(entries)
    return Outline(spec, tuple(entries), start, metadata, digest)


def _require_file(file: Path) -> None:
    if not file.is_file():
        raise TableError("file", expected="a seed table", got=instead_of_file(file))


def instead_of_file(path: Path) -> str:
    """Say in a few words what is at a path where no file is."""
    try:
        if path.is_dir():
            return "a folder"
        if path.is_symlink() and not path.exists():
            return f"a broken link, to {path.readlink()}"
    except OSError as error:  # a name too long for the system, or a folder nobody may enter
        return f"a path that cannot be looked up: {error.strerror or error}"
    return "something that is no file" if path.exists() else "no such file"


def _check_seeds(entries: list[Entry]) -> None:
    seeds = next((entry for entry in entries if entry.name == "seeds"), None)
    if seeds is None:
        raise TableError("seeds", expected="a tensor", got="nothing")
    if seeds.dtype != np.uint64 or len(seeds.shape) != 1:
        got = f"{seeds.dtype.name} ({', '.join(map(str, seeds.shape))})"
        raise TableError("seeds", expected="uint64 (S)", got=got)


def _read_header(stream: BinaryIO, size: int) -> tuple[dict[str, object], int]:
    if size < 8:
        raise TableError("file", expected="a safetensors file", got=f"{size} bytes")
    (length,) = struct.unpack("<Q", stream.read(8))
    if length > min(LARGEST_HEADER, size - 8):
        raise TableError(
            "header",
            expected=f"at most {min(LARGEST_HEADER, size - 8)} bytes",
            got=f"{length}",
            advice="The file is truncated or no safetensors file.",
        )
    try:
        header = parse_json(stream.read(length).decode())
    except UnicodeDecodeError as error:
        raise TableError("header", expected="UTF-8 text", got=f"{error}") from error
    except TableError as error:
        raise under("header", error) from error
    if not isinstance(header, dict):
        raise TableError("header", expected="an object", got=type(header).__name__)
    return header, 8 + length


def _metadata(value: object) -> dict[str, str]:
    """Return what else the file says, once format and version are ours."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise TableError("__metadata__", expected="an object of texts", got=_kind(value))
    known = dict(value)
    found, version = known.pop("format", None), known.pop("version", None)
    if found != FORMAT:
        raise TableError("format", expected=repr(FORMAT), got=repr(found))
    if version != VERSION:
        advice = "A newer Seedloupe may read it."
        raise TableError("version", expected=repr(VERSION), got=repr(version), advice=advice)
    return known


def _spec(metadata: dict[str, str]) -> TableSpec:
    text = metadata.pop("spec", None)
    if text is None:
        raise TableError("spec", expected="an entry", got="nothing")
    try:
        return TableSpec.from_json(parse_json(text))
    except TableError as error:
        raise under("spec", error) from error


def _entries(header: Mapping[str, object], size: int) -> list[Entry]:
    """Return where the tensors lie: side by side, from the first byte to the last."""
    if "" in header:
        raise TableError("header", expected="tensors with names", got="one without")
    entries = sorted(
        (_entry(name, value) for name, value in header.items()), key=lambda entry: entry.begin
    )
    end = 0
    for entry in entries:
        if entry.begin != end:
            raise TableError(entry.name, expected=f"bytes from {end} on", got=f"{entry.begin}")
        end = entry.end
    if end != size:
        advice = "The file is truncated or was added to."
        raise TableError("file", expected=f"{end} bytes of tensors", got=f"{size}", advice=advice)
    return entries


def _entry(name: str, value: object) -> Entry:
    if not isinstance(value, dict):
        raise TableError(name, expected="dtype, shape and data_offsets", got=_kind(value))
    code, shape, offsets = (value.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(code, str) or code not in CODES:
        raise TableError(f"{name}.dtype", expected=f"one of {', '.join(CODES)}", got=repr(code))
    sizes, (begin, end) = _counts(f"{name}.shape", shape, 1), _offsets(name, offsets)
    dtype = np.dtype(CODES[code])
    if math.prod(sizes) * dtype.itemsize != end - begin:
        expected = f"{end - begin} bytes of {code}"
        raise TableError(f"{name}.shape", expected=expected, got=f"{sizes}")
    return Entry(name, dtype, sizes, begin, end)


def _offsets(name: str, value: object) -> tuple[int, int]:
    offsets = _counts(f"{name}.data_offsets", value, 0)
    if len(offsets) != 2 or offsets[0] > offsets[1]:
        raise TableError(f"{name}.data_offsets", expected="begin and end", got=f"{value}")
    return offsets[0], offsets[1]


def _counts(place: str, value: object, least: int) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > _MOST_AXES:
        raise TableError(place, expected=f"a list of at most {_MOST_AXES}", got=f"{value!r}")
    if not all(type(item) is int and least <= item < 2**63 for item in value):
        raise TableError(place, expected=f"whole numbers from {least} on", got=f"{value!r}")
    return tuple(value)


def _about(file: Path, error: TableError) -> TableError:
    advice = f"{error.advice} File: {file}".strip()
    return TableError(error.field, expected=error.expected, got=error.got, advice=advice)


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__

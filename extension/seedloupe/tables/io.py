"""Seed tables as files: safetensors with a spec, read with suspicion and written in one piece.

The layout is safetensors': eight bytes with the header's length, a JSON header, the tensors. Header
and sizes are checked against the file before a tensor is read, and the writer orders everything, so
that one table always gives the same bytes.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from ..files import write_whole
from .codec import dump_json, parse_json, under
from .spec import TableSpec
from .table import SeedTable

FORMAT = "seedloupe.seed_table"
VERSION = "1"
SUFFIX = ".seedtable.safetensors"

_LARGEST_HEADER = 4 * 2**20
_ALIGNMENT = 8
_MOST_AXES = 8
_CODES: Mapping[str, str] = {
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
_CODE_OF = {np.dtype(kind): code for code, kind in _CODES.items()}


@dataclass(frozen=True)
class _Entry:
    """Where one tensor lies, in bytes after the header."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    end: int


def read_table(path: Path | str) -> SeedTable:
    """Read a seed table, believing nothing it says about itself unchecked.

    Args:
        path: a ``*.seedtable.safetensors`` file.

    Raises:
        TableError: there is no such file, or it is no sound table of version 1; the field names the
            tensor or entry, and the message ends with the file.
    """
    file = Path(path)
    try:
        return _read_file(file)
    except OSError as error:
        raise TableError("file", expected="a readable file", got=f"{error}") from error
    except TableError as error:
        raise _about(file, error) from error.__cause__


def write_table(table: SeedTable, path: Path | str) -> None:
    """Write a seed table in one piece.

    The bytes go to a file beside ``path`` first and take its name when they are safe on disk, so
    whoever reads finds the old table or the new one, even after a kill or a power cut. The same
    table always gives the same bytes.

    Args:
        table: what to write.
        path: where to, ending in ``.seedtable.safetensors``.

    Raises:
        TableError: the name ends differently, the spec holds what JSON cannot, a tensor of unknown
            name has a dtype safetensors lacks, or the folder cannot be written.
    """
    file = Path(path)
    if not file.name.endswith(SUFFIX):
        raise TableError("file", expected=f"a name ending in {SUFFIX}", got=file.name)
    header, columns = _lay_out(table)
    try:
        write_whole(file, _parts(header, columns))
    except OSError as error:
        raise TableError("file", expected="a place to write to", got=f"{error}") from error


def _read_file(file: Path) -> SeedTable:
    if not file.is_file():
        raise TableError("file", expected="a seed table", got="no such file")
    with file.open("rb") as stream:
        return _read(stream, os.fstat(stream.fileno()).st_size)


def _read(stream: BinaryIO, size: int) -> SeedTable:
    header, start = _read_header(stream, size)
    metadata = _metadata(header.pop("__metadata__", None))
    spec = _spec(metadata)
    entries = _entries(header, size - start)
    tensors = {entry.name: _read_tensor(stream, start, entry) for entry in entries}
    if "seeds" not in tensors:
        raise TableError("seeds", expected="a tensor", got="nothing")
    return SeedTable(tensors.pop("seeds"), tensors, spec, metadata)


def _read_header(stream: BinaryIO, size: int) -> tuple[dict[str, object], int]:
    if size < 8:
        raise TableError("file", expected="a safetensors file", got=f"{size} bytes")
    (length,) = struct.unpack("<Q", stream.read(8))
    if length > min(_LARGEST_HEADER, size - 8):
        raise TableError(
            "header",
            expected=f"at most {min(_LARGEST_HEADER, size - 8)} bytes",
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


def _entries(header: Mapping[str, object], size: int) -> list[_Entry]:
    """Return where the tensors lie: side by side, from the first byte to the last."""
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


def _entry(name: str, value: object) -> _Entry:
    if not isinstance(value, dict):
        raise TableError(name, expected="dtype, shape and data_offsets", got=_kind(value))
    code, shape, offsets = (value.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(code, str) or code not in _CODES:
        raise TableError(f"{name}.dtype", expected=f"one of {', '.join(_CODES)}", got=repr(code))
    sizes, (begin, end) = _counts(f"{name}.shape", shape, 1), _offsets(name, offsets)
    dtype = np.dtype(_CODES[code])
    if math.prod(sizes) * dtype.itemsize != end - begin:
        expected = f"{end - begin} bytes of {code}"
        raise TableError(f"{name}.shape", expected=expected, got=f"{sizes}")
    return _Entry(name, dtype, sizes, begin, end)


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


def _read_tensor(stream: BinaryIO, start: int, entry: _Entry) -> NDArray[Any]:
    stream.seek(start + entry.begin)
    content = stream.read(entry.end - entry.begin)
    if len(content) != entry.end - entry.begin:
        raise TableError(entry.name, expected=f"{entry.end - entry.begin} bytes", got="fewer")
    return np.frombuffer(content, entry.dtype).reshape(entry.shape)


def _lay_out(table: SeedTable) -> tuple[bytes, list[NDArray[Any]]]:
    """Return the header and the tensors in file order: widest first, so that all are aligned."""
    named = {"seeds": table.seeds, **table.tensors}
    names = sorted(named, key=lambda name: (-named[name].dtype.itemsize, name))
    header: dict[str, object] = {"__metadata__": _metadata_of(table)}
    end = 0
    for name in names:
        begin, end = end, end + named[name].nbytes
        header[name] = {
            "dtype": _code(name, named[name]),
            "shape": list(named[name].shape),
            "data_offsets": [begin, end],
        }
    return _encode_header(header), [named[name] for name in names]


def _metadata_of(table: SeedTable) -> dict[str, str]:
    spec = dump_json(table.spec.to_json())
    return {**table.metadata, "format": FORMAT, "version": VERSION, "spec": spec}


def _encode_header(header: Mapping[str, object]) -> bytes:
    try:
        coded = dump_json(header).encode()
    except UnicodeEncodeError as error:
        raise TableError("spec", expected="texts UTF-8 can hold", got=f"{error}") from error
    padded = coded.ljust(math.ceil(len(coded) / _ALIGNMENT) * _ALIGNMENT)
    if len(padded) > _LARGEST_HEADER:
        raise TableError("spec", expected=f"at most {_LARGEST_HEADER} bytes", got=f"{len(padded)}")
    return padded


def _code(name: str, values: NDArray[Any]) -> str:
    code = _CODE_OF.get(values.dtype.newbyteorder("<"))
    if code is None:
        raise TableError(name, expected=f"one of {', '.join(_CODES)}", got=f"{values.dtype}")
    return code


def _parts(header: bytes, columns: list[NDArray[Any]]) -> Iterator[bytes]:
    yield struct.pack("<Q", len(header))
    yield header
    for values in columns:
        yield values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()


def _about(file: Path, error: TableError) -> TableError:
    advice = f"{error.advice} File: {file}".strip()
    return TableError(error.field, expected=error.expected, got=error.got, advice=advice)


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__

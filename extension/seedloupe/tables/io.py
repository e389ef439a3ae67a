"""Seed tables as files: safetensors with a spec, read with suspicion and written in one piece.

The layout is safetensors': eight bytes with the header's length, a JSON header, the tensors. Header
and sizes are checked against the file before a tensor is read, and the writer orders everything, so
that one table always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from ..files import write_whole
from .codec import dump_json
from .header import (
    CODES,
    DIGEST,
    FORMAT,
    LARGEST_HEADER,
    VERSION,
    Entry,
    outline_of,
    read_file,
)
from .table import SeedTable

SUFFIX = ".seedtable.safetensors"

_ALIGNMENT = 8
_CODE_OF = {np.dtype(kind): code for code, kind in CODES.items()}


def read_table(path: Path | str) -> SeedTable:
    """Read a seed table, believing nothing it says about itself unchecked.

    Args:
        path: a ``*.seedtable.safetensors`` file.

    Raises:
        TableError: there is no such file, or it is no sound table of version 1; the field names the
            tensor or entry, and the message ends with the file.
    """
    return read_file(Path(path), _read)


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
    write_whole(file, _parts(header, columns), folders=False, field="file", problem=TableError)


def _read(stream: BinaryIO, size: int) -> SeedTable:
    outline = outline_of(stream, size)
    tensors = {entry.name: _read_tensor(stream, outline.start, entry) for entry in outline.entries}
    found = _digest(tensors)
    table = SeedTable(tensors.pop("seeds"), tensors, outline.spec, outline.metadata)
    if outline.digest not in (None, found):  # after what says which number is wrong
        raise TableError(
            DIGEST,
            expected=f"tensors of SHA-256 {outline.digest[:80]}",  # a damaged one has any length
            got=found,
            advice="The file was damaged or changed after it was written.",
        )
    return table


def _read_tensor(stream: BinaryIO, start: int, entry: Entry) -> NDArray[Any]:
    stream.seek(start + entry.begin)
    content = stream.read(entry.end - entry.begin)
    if len(content) != entry.end - entry.begin:
        raise TableError(entry.name, expected=f"{entry.end - entry.begin} bytes", got="fewer")
    return np.frombuffer(content, entry.dtype).reshape(entry.shape)


def _lay_out(table: SeedTable) -> tuple[bytes, list[NDArray[Any]]]:
    """Return the header and the tensors in file order: widest first, so that all are aligned."""
    named = {"seeds": table.seeds, **table.tensors}
    names = sorted(named, key=lambda name: (-named[name].dtype.itemsize, name))
    header: dict[str, object] = {"__metadata__": _metadata_of(table) | {DIGEST: _digest(named)}}
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


def _digest(named: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of all tensors by name, wherever in a file another program puts them."""
    digest = hashlib.sha256()
    for name in sorted(named):
        digest.update(f"{name}\0{named[name].nbytes}\0".encode("utf-8", "surrogatepass"))
        digest.update(_bytes_of(named[name]))
    return digest.hexdigest()


def _encode_header(header: Mapping[str, object]) -> bytes:
    try:
        coded = dump_json(header).encode()
    except UnicodeEncodeError as error:
        raise TableError("spec", expected="texts UTF-8 can hold", got=f"{error}") from error
    padded = coded.ljust(math.ceil(len(coded) / _ALIGNMENT) * _ALIGNMENT)
    if len(padded) > LARGEST_HEADER:
        raise TableError("spec", expected=f"at most {LARGEST_HEADER} bytes", got=f"{len(padded)}")
    return padded


def _code(name: str, values: NDArray[Any]) -> str:
    code = _CODE_OF.get(values.dtype.newbyteorder("<"))
    if code is None:
        raise TableError(name, expected=f"one of {', '.join(CODES)}", got=f"{values.dtype}")
    return code


def _parts(header: bytes, columns: list[NDArray[Any]]) -> Iterator[bytes]:
    yield struct.pack("<Q", len(header))
    yield header
    for values in columns:
        yield _bytes_of(values)


def _bytes_of(values: NDArray[Any]) -> bytes:
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()

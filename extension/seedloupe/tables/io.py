"""Seed tables as files: safetensors with a spec, read with suspicion and written in one piece.

Header and sizes are checked against the file before a tensor is read, and the writer orders
everything, so that one table always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import TableError
from ..files import write_whole
from ..safetensors_file import TensorEntry, encode_header, read_content
from ..strict_json import dump_json
from .header import CODES, DIGEST, FORMAT, RULES, VERSION, Outline, outline_of, read_file
from .table import SeedTable, little_endian

SUFFIX = ".seedtable.safetensors"

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
    write_whole(file, _parts(table), folders=False, field="file", problem=TableError)


def _read(stream: BinaryIO, size: int) -> SeedTable:
    outline = outline_of(stream, size)
    tensors = {entry.name: _read_tensor(stream, outline, entry) for entry in outline.entries}
    table = SeedTable(tensors.pop("seeds"), tensors, outline.spec, outline.metadata)
    if outline.digest not in (None, table.digest):  # after what says which number is wrong
        raise TableError(
            DIGEST,
            expected=f"tensors of SHA-256 {outline.digest[:80]}",  # a damaged one has any length
            got=table.digest,
            advice="The file was damaged or changed after it was written.",
        )
    return table


def _read_tensor(stream: BinaryIO, outline: Outline, entry: TensorEntry) -> NDArray[Any]:
    content = read_content(stream, outline.header, entry, RULES)
    return np.frombuffer(content, CODES[entry.code]).reshape(entry.shape)


def _parts(table: SeedTable) -> Iterator[bytes]:
    """Go through a table's file: its header, then its tensors in their order."""
    named = {"seeds": table.seeds, **table.tensors}
    entries = [TensorEntry(name, _code(name, one), one.shape) for name, one in named.items()]
    metadata = _metadata_of(table) | {DIGEST: table.digest}
    placed, header = encode_header(entries, metadata, RULES)
    yield header
    for entry in placed:
        yield little_endian(named[entry.name])


def _metadata_of(table: SeedTable) -> dict[str, str]:
    spec = dump_json(table.spec.to_json(), field="spec", problem=TableError)
    return {**table.metadata, "format": FORMAT, "version": VERSION, "spec": spec}


def _code(name: str, values: NDArray[Any]) -> str:
    code = _CODE_OF.get(values.dtype.newbyteorder("<"))
    if code is None:
        raise TableError(name, expected=f"one of {', '.join(CODES)}", got=f"{values.dtype}")
    return code

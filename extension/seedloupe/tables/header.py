"""The head of a seed-table file: what is in it and where, found without reading a tensor.

The container is :mod:`~seedloupe.safetensors_file`'s; what of it is a seed table is checked here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from ..errors import TableError
from ..safetensors_file import ContainerRules, SafetensorsHeader, TensorEntry, read_header
from ..strict_json import parse_json
from .codec import under
from .columns import names_in
from .spec import TableSpec

T = TypeVar("T")

FORMAT = "seedloupe.seed_table"
VERSION = "1"
DIGEST = "tensors_sha256"
"""The metadata's entry with the SHA-256 of all tensors by name; may be missing."""

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


RULES = ContainerRules(
    problem=TableError,
    codes=tuple(CODES),
    longest_header=4 * 2**20,
    least_side=1,
    when_damaged="The file is truncated, was added to or is no safetensors file.",
    text_field="spec",
)
"""What a seed table's container may hold."""


@dataclass(frozen=True)
class Outline:
    """What a table's header says of it: enough to list and to match it, not to trust its numbers.

    Args:
        spec: what the table says about itself.
        header: where its tensors lie in the file.
        metadata: entries of the file's metadata this version does not know.
        digest: the SHA-256 its tensors should have; None where nobody wrote it down.
    """

    spec: TableSpec
    header: SafetensorsHeader
    metadata: Mapping[str, str] = field(default_factory=dict)
    digest: str | None = None

    @property
    def entries(self) -> tuple[TensorEntry, ...]:
        """Its tensors in the order they lie in the file."""
        return self.header.entries

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
    header = read_header(stream, size, RULES)
    metadata = _metadata(header.metadata)
    spec, digest = _spec(metadata), metadata.pop(DIGEST, None)
    _check_seeds(header.entries)
    return Outline(spec, header, metadata, digest)


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


def _check_seeds(entries: tuple[TensorEntry, ...]) -> None:
    seeds = next((entry for entry in entries if entry.name == "seeds"), None)
    if seeds is None:
        raise TableError("seeds", expected="a tensor", got="nothing")
    if seeds.code != "U64" or len(seeds.shape) != 1:
        got = f"{np.dtype(CODES[seeds.code]).name} ({', '.join(map(str, seeds.shape))})"
        raise TableError("seeds", expected="uint64 (S)", got=got)


def _metadata(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what else the file says, once format and version are ours."""
    if not texts:
        raise TableError("__metadata__", expected="an object of texts", got="nothing")
    known = dict(texts)
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
    parsed = parse_json(text, field="spec", problem=TableError)
    try:
        return TableSpec.from_json(parsed)
    except TableError as error:
        raise under("spec", error) from error


def _about(file: Path, error: TableError) -> TableError:
    advice = f"{error.advice} File: {file}".strip()
    return TableError(error.field, expected=error.expected, got=error.got, advice=advice)

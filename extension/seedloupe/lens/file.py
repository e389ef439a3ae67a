"""Lens files: a recorded run in one safetensors file that opens without model or GPU.

Tensors are named ``<kind>.<pass>.<step>.<call>.<layer>`` (:mod:`~.kinds`); the metadata hold
``format``, ``version`` and ``spec``. Entries and tensors of later versions are kept when a file is
read and written again; files that hold colours alone, as the first of this version did, are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from torch import Tensor

from ..errors import InputError, LensFileError
from ..files import write_whole
from ..safetensors_file import TensorEntry, encode_header
from ..strict_json import dump_json, parse_json
from ..tables.codec import decode, encode
from .container import RULES, bytes_of, entry_of, read_lens_header, read_tensor
from .kinds import Schema, TensorKind, key_of, name_of, tensors_of
from .record import LensKey, LensRecord, LensSpec

__all__ = [
    "FORMAT",
    "SUFFIX",
    "VERSION",
    "LensFileError",
    "read_lens",
    "read_lens_spec",
    "write_lens",
]

FORMAT = "seedloupe.lens"
VERSION = "1"
SUFFIX = ".lens.safetensors"


def write_lens(path: str | Path, record: LensRecord) -> Path:
    """Write ``record`` in one piece: a reader sees the old file or the new one, never a part.

    The same record always gives the same bytes. Tensors are taken one at a time, so a record that
    lies on disk never has to fit into memory.

    Args:
        path: where to; has to end in ``.lens.safetensors``.
        record: what to write.

    Returns:
        the path written to.

    Raises:
        LensFileError: the name ends otherwise, a tensor has another layout than the spec says, the
            spec holds what JSON cannot, or the file cannot be written.
    """
    path = Path(path)
    if not path.name.endswith(SUFFIX):
        raise LensFileError("path", expected=f"a name ending in {SUFFIX}", got=path.name)
    sources = _sources(record)
    entries, checksums = _described(record.spec, sources)
    metadata = {"format": FORMAT, "version": VERSION, "spec": _spec_text(record.spec, checksums)}
    placed, head = encode_header(entries, metadata, RULES)
    tensors = (bytes_of(sources[entry.name]()) for entry in placed)
    write_whole(path, chain([head], tensors), folders=False, field="path", problem=LensFileError)
    return path


def read_lens(path: str | Path) -> LensRecord:
    """Read a lens file.

    Raises:
        LensFileError: the file is missing, cut short, damaged, of another format or version, or
            its tensors differ from what its spec says.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return _read(stream, path.stat().st_size)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LensFileError(str(path), expected="a lens file", got=reason) from error
    except InputError as error:
        field = f"{path.name}: {error.field}".removesuffix(": ")
        raise LensFileError(
            field, expected=error.expected, got=error.got, advice=error.advice
        ) from error


def read_lens_spec(path: str | Path) -> LensSpec:
    """Read what a lens file says of its run, without its tensors, which are not checked.

    Raises:
        LensFileError: the file is missing, no lens file, or of another format or version.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return _spec(read_lens_header(stream, path.stat().st_size).metadata)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LensFileError(str(path), expected="a lens file", got=reason) from error
    except InputError as error:
        raise LensFileError(path.name, expected=error.expected, got=error.got) from error


def _sources(record: LensRecord) -> dict[str, Callable[[], Tensor]]:
    """Return how to get each tensor, by its name in the file."""
    ours: dict[str, Callable[[], Tensor]] = {
        name_of(kind, key): partial(tensors.__getitem__, key)
        for kind, tensors in tensors_of(record).items()
        for key in sorted(tensors)
    }
    return ours | {name: partial(record.other.__getitem__, name) for name in record.other}


def _described(
    spec: LensSpec, sources: Mapping[str, Callable[[], Tensor]]
) -> tuple[list[TensorEntry], dict[str, str]]:
    """Describe and check every tensor, and take its checksum."""
    entries: list[TensorEntry] = []
    checksums: dict[str, str] = {}
    for name, source in sources.items():
        tensor = source()
        entries.append(entry_of(name, tensor))
        checksums[name] = hashlib.sha256(bytes_of(tensor)).hexdigest()
    _check(spec, entries)
    return entries, checksums


def _check(
    spec: LensSpec, entries: list[TensorEntry]
) -> dict[str, tuple[TensorKind, LensKey] | None]:
    """Check all tensors against the spec and return what each is."""
    schema = Schema(spec, entries)
    found = {entry.name: key_of(entry.name) for entry in entries}
    for entry in entries:
        if (known := found[entry.name]) is not None:
            schema.check(entry, *known)
    return found


def _spec_text(spec: LensSpec, checksums: Mapping[str, str]) -> str:
    described = encode(replace(spec, checksums=checksums))
    return dump_json(described, field="spec", problem=LensFileError)


def _read(stream: BinaryIO, size: int) -> LensRecord:
    header = read_lens_header(stream, size)
    spec = _spec(header.metadata)
    found = _check(spec, list(header.entries))
    known: dict[TensorKind, dict[LensKey, Tensor]] = {kind: {} for kind in TensorKind}
    other: dict[str, Tensor] = {}
    for entry in header.entries:
        tensor, checksum = read_tensor(stream, header, entry)
        _check_sum(spec, entry.name, checksum)
        place = found[entry.name]
        if place is None:
            other[entry.name] = tensor
        else:
            known[place[0]][place[1]] = tensor
    by_name = {kind.value: dict(sorted(tensors.items())) for kind, tensors in known.items()}
    return LensRecord(spec=spec, other=other, **by_name)


def _spec(metadata: Mapping[str, str]) -> LensSpec:
    for name, expected in (("format", FORMAT), ("version", VERSION)):
        if metadata.get(name) != expected:
            advice = "A newer Seedloupe may read it." if name == "version" else ""
            got = repr(metadata.get(name, "nothing"))
            raise LensFileError(name, expected=repr(expected), got=got, advice=advice)
    if "spec" not in metadata:
        raise LensFileError("spec", expected="an entry", got="nothing")
    return decode(LensSpec, parse_json(metadata["spec"], field="spec"))


def _check_sum(spec: LensSpec, name: str, found: str) -> None:
    expected = spec.checksums.get(name)
    if expected != found:
        raise LensFileError(
            name,
            expected=f"checksum {expected or 'in the spec'}",
            got=found,
            advice="The file is damaged; record it again.",
        )

"""Lens files: a recorded run in one safetensors file that opens without model or GPU.

Tensors are named ``rgb.<pass>.<step>.<call>.<layer>``; the metadata hold ``format``, ``version``
and ``spec``. Entries and tensors of later versions are kept when a file is read and written again.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ..errors import InputError, TableError
from ..files import write_whole
from ..tables.codec import decode, dump_json, encode, parse_json
from .record import LensKey, LensRecord, LensSpec

FORMAT = "seedloupe.lens"
VERSION = "1"
SUFFIX = ".lens.safetensors"

_RGB = re.compile(r"rgb\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.([A-Za-z0-9._-]+)")


class LensFileError(InputError):
    """A lens file that cannot be read or written."""


def write_lens(path: str | Path, record: LensRecord) -> Path:
    """Write ``record`` in one piece: a reader sees the old file or the new one, never a part.

    The same record always gives the same bytes.

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
    tensors = {_name(key): codes.contiguous() for key, codes in sorted(record.rgb.items())}
    _check_codes(record.spec, record.rgb)
    tensors |= {name: tensor.contiguous() for name, tensor in record.other.items()}
    content = _serialise(record.spec, tensors)
    try:
        write_whole(path, [content])
    except OSError as error:
        raise LensFileError(
            str(path), expected="a place to write to", got=error.strerror or str(error)
        ) from error
    return path


def read_lens(path: str | Path) -> LensRecord:
    """Read a lens file.

    Raises:
        LensFileError: the file is missing, cut short, damaged, of another format or version, or
            its tensors differ from what its spec says.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise LensFileError(str(path), expected="a lens file", got=reason) from error
    try:
        return _parse(content)
    except (LensFileError, TableError) as error:
        field = f"{path.name}: {error.field}".removesuffix(": ")
        raise LensFileError(
            field, expected=error.expected, got=error.got, advice=error.advice
        ) from error


def _serialise(spec: LensSpec, tensors: Mapping[str, Tensor]) -> bytes:
    """Lay the file out, with a header in a fixed order; the library's order differs by run."""
    sums = {**spec.checksums, **{name: _checksum(tensor) for name, tensor in tensors.items()}}
    sums = {name: value for name, value in sums.items() if name in tensors}
    try:
        text = dump_json(encode(replace(spec, checksums=sums)))
    except TableError as error:
        raise LensFileError("spec", expected=error.expected, got=error.got) from error
    content = save(dict(tensors), {"format": FORMAT, "version": VERSION, "spec": text})
    header, start = _header(content)
    ordered = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    padded = ordered + b" " * (-len(ordered) % 8)
    return struct.pack("<Q", len(padded)) + padded + content[start:]


def _header(content: bytes) -> tuple[dict[str, object], int]:
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), 8 + length


def _parse(content: bytes) -> LensRecord:
    try:
        tensors = load(content)
    except (SafetensorError, ValueError) as error:
        advice = "The file is cut short or damaged; record it again."
        raise LensFileError(
            "content", expected="a whole safetensors file", got=str(error), advice=advice
        ) from error
    metadata = _header(content)[0].get("__metadata__")
    spec = _spec(metadata if isinstance(metadata, dict) else {})
    for name, tensor in tensors.items():
        _check_sum(spec, name, tensor)
    keys = {name: _key(name) for name in tensors}
    rgb = {key: tensors[name] for name, key in keys.items() if key}
    _check_codes(spec, rgb)
    other = {name: tensor for name, tensor in tensors.items() if not keys[name]}
    return LensRecord(spec, dict(sorted(rgb.items())), other)


def _spec(metadata: Mapping[str, str]) -> LensSpec:
    for name, expected in (("format", FORMAT), ("version", VERSION)):
        if metadata.get(name) != expected:
            advice = "A newer Seedloupe may read it." if name == "version" else ""
            got = repr(metadata.get(name, "nothing"))
            raise LensFileError(name, expected=repr(expected), got=got, advice=advice)
    if "spec" not in metadata:
        raise LensFileError("spec", expected="an entry", got="nothing")
    return decode(LensSpec, parse_json(metadata["spec"]))


def _name(key: LensKey) -> str:
    name = f"rgb.{key.track}.{key.step}.{key.call}.{key.layer}"
    if _key(name) != key:
        got = repr(name)
        raise LensFileError("rgb", expected="counts from 0 and a canonical layer name", got=got)
    return name


def _key(name: str) -> LensKey | None:
    match = _RGB.fullmatch(name)
    if match is None:
        return None
    track, step, call, layer = match.groups()
    return LensKey(int(track), int(step), int(call), layer)


def _check_codes(spec: LensSpec, rgb: Mapping[LensKey, Tensor]) -> None:
    sizes = {(layer.track, layer.name): (layer.height, layer.width) for layer in spec.layers}
    for key, codes in rgb.items():
        if (key.track, key.layer) not in sizes:
            raise LensFileError(
                "spec.layers", expected=f"an entry for {key.layer} in pass {key.track}", got="none"
            )
        height, width = sizes[key.track, key.layer]
        fits = codes.ndim == 4 and codes.shape[1:] == (3, height, width)
        if codes.dtype != torch.uint8 or not fits:
            expected = f"uint8 (B, 3, {height}, {width})"
            got = f"{codes.dtype} {tuple(codes.shape)}"
            raise LensFileError(_name(key), expected=expected, got=got)


def _check_sum(spec: LensSpec, name: str, tensor: Tensor) -> None:
    expected = spec.checksums.get(name)
    found = _checksum(tensor)
    if expected != found:
        raise LensFileError(
            name,
            expected=f"checksum {expected or 'in the spec'}",
            got=found,
            advice="The file is damaged; record it again.",
        )


def _checksum(tensor: Tensor) -> str:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return hashlib.sha256(flat.view(torch.uint8).numpy().tobytes()).hexdigest()

"""Seed-table files taken apart and put together again, to be wrong in one place."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

Header = dict[str, Any]


def split(coded: bytes) -> tuple[Header, bytes]:
    """Return header and tensors of a safetensors file."""
    (length,) = struct.unpack("<Q", coded[:8])
    return json.loads(coded[8 : 8 + length]), coded[8 + length :]


def join(header: object, tensors: bytes) -> bytes:
    """Return the safetensors file of a header and tensors."""
    coded = json.dumps(header).encode()
    return struct.pack("<Q", len(coded)) + coded + tensors


def spec_of(header: Header) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(header["__metadata__"]["spec"])
    return spec


def with_spec(header: Header, spec: object) -> Header:
    return {**header, "__metadata__": {**header["__metadata__"], "spec": json.dumps(spec)}}


def save(folder: Path, coded: bytes) -> Path:
    path = folder / "wrong.seedtable.safetensors"
    path.write_bytes(coded)
    return path

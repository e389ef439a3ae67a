"""The safetensors container, read with suspicion and written in a fixed order, piece by piece.

Nothing is allocated for a tensor before its place in the file has been checked against the file's
own size; a header never makes us reserve more than the file holds.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import torch
from torch import Tensor

from ..errors import LensFileError, TableError
from ..tables.codec import parse_json

_LONGEST_HEADER = 2**25
_MOST_AXES = 8
#: Names may end up as names of files: nothing that leads elsewhere, nothing invisible.
_SAFE = re.compile(r"(?!.*\.\.)[!-.0-\[\]-~]{1,240}")
_METADATA = "__metadata__"
_ADVICE = "The file is cut short or damaged; record it again."

_TYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
    "F64": torch.float64,
}
_CODES = {dtype: code for code, dtype in _TYPES.items()}


@dataclass(frozen=True)
class Entry:
    """One tensor of a file.

    Args:
        name: its name.
        dtype: its type.
        shape: its shape.
        begin: its first byte, counted from the end of the header.
    """

    name: str
    dtype: torch.dtype
    shape: tuple[int, ...]
    begin: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Header:
    """What a file says about itself.

    Args:
        metadata: texts by name.
        entries: the tensors, in the order they lie.
        start: where the tensors begin in the file.
    """

    metadata: Mapping[str, str]
    entries: tuple[Entry, ...]
    start: int


def read_header(stream: BinaryIO, size: int) -> Header:
    """Read and check the header of a file of ``size`` bytes.

    Raises:
        LensFileError: it is no safetensors file, or tensors are not where it says.
    """
    (length,) = struct.unpack("<Q", _exactly(stream, 8)) if size >= 8 else (size,)
    if length > min(size - 8, _LONGEST_HEADER):
        raise damaged(f"a header of {length} bytes in a file of {size}")
    try:
        header = parse_json(_exactly(stream, length).decode("utf-8"))
    except (TableError, UnicodeDecodeError) as error:
        raise damaged(f"a header that cannot be read: {error}") from error
    if not isinstance(header, dict):
        raise damaged("a header that is no object")
    metadata = header.pop(_METADATA, {})
    entries = sorted((_entry(*item) for item in header.items()), key=lambda e: (e.begin, e.size))
    _require_adjoining(entries, size - 8 - length)
    return Header(_texts(metadata), tuple(entries), 8 + length)


def read_tensor(stream: BinaryIO, header: Header, entry: Entry) -> tuple[Tensor, str]:
    """Read one tensor, on the CPU, and the SHA-256 of its bytes."""
    stream.seek(header.start + entry.begin)
    content = bytearray(_exactly(stream, entry.size))
    checksum = hashlib.sha256(content).hexdigest()
    if not content:
        return torch.empty(entry.shape, dtype=entry.dtype), checksum
    return torch.frombuffer(content, dtype=entry.dtype).reshape(entry.shape), checksum


def lay_out(entries: Sequence[Entry], metadata: Mapping[str, str]) -> tuple[list[Entry], bytes]:
    """Order tensors as safetensors wants them and write the header, the same for the same tensors.

    Returns:
        the entries in the order their bytes have to follow, and the header with its length.

    Raises:
        LensFileError: the header becomes longer than a reader would read.
    """
    placed, begin = [], 0
    for one in sorted(entries, key=lambda entry: (-entry.dtype.itemsize, entry.name)):
        placed.append(Entry(one.name, one.dtype, one.shape, begin))
        begin += one.size
    header: dict[str, object] = {_METADATA: dict(metadata)}
    for one in placed:
        offsets = [one.begin, one.begin + one.size]
        dtype = _CODES[one.dtype]
        header[one.name] = {"data_offsets": offsets, "dtype": dtype, "shape": list(one.shape)}
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > _LONGEST_HEADER:
        expected, advice = f"a header of at most {_LONGEST_HEADER} bytes", "Record fewer steps."
        raise LensFileError("content", expected=expected, got=str(len(text)), advice=advice)
    return placed, struct.pack("<Q", len(text)) + text


def entry_of(name: str, tensor: Tensor) -> Entry:
    """Describe a tensor that will be written.

    Raises:
        LensFileError: the name or the type cannot stand in a file.
    """
    if not _SAFE.fullmatch(name):
        raise LensFileError("name", expected="plain characters and no path", got=repr(name))
    if tensor.dtype not in _CODES:
        raise LensFileError(name, expected=f"one of {', '.join(_TYPES)}", got=str(tensor.dtype))
    return Entry(name, tensor.dtype, tuple(tensor.shape))


def bytes_of(tensor: Tensor) -> bytes:
    """Return a tensor's bytes as they stand in a file."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes()


def damaged(got: str) -> LensFileError:
    """Return the error for a file that is no whole safetensors file."""
    expected = "a whole safetensors file"
    return LensFileError("content", expected=expected, got=got, advice=_ADVICE)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) != count:
        raise damaged(f"{len(content)} bytes of {count}")
    return content


def _entry(name: str, value: object) -> Entry:
    if not _SAFE.fullmatch(name):
        raise LensFileError("content", expected="names that are no paths", got=repr(name))
    parts = value if isinstance(value, dict) else {}
    dtype, offsets = parts.get("dtype"), _whole_numbers(parts.get("data_offsets"))
    shape = _whole_numbers(parts.get("shape"))
    known = isinstance(dtype, str) and dtype in _TYPES
    if not known or offsets is None or shape is None:
        raise damaged(f"{name} without type, shape and place that could be read")
    entry = Entry(name, _TYPES[str(dtype)], shape, offsets[0] if offsets else -1)
    if len(offsets) != 2 or len(shape) > _MOST_AXES or offsets[1] - offsets[0] != entry.size:
        raise damaged(f"{name} of shape {list(shape)} in other than its {entry.size} bytes")
    return entry


def _whole_numbers(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list):
        return None
    numbers = [n for n in value if type(n) is int and 0 <= n < 2**63]
    return tuple(numbers) if len(numbers) == len(value) else None


def _require_adjoining(entries: Sequence[Entry], room: int) -> None:
    """Tensors follow each other without gap or overlap and end with the file."""
    end = 0
    for entry in entries:
        if entry.begin != end:
            raise damaged(f"{entry.name} at {entry.begin}, where {end} bytes have gone before")
        end += entry.size
    if end != room:
        raise damaged(f"tensors of {end} bytes in {room}")


def _texts(metadata: object) -> Mapping[str, str]:
    whole = isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values())
    if not whole or not isinstance(metadata, dict):
        raise damaged("metadata that are no texts")
    return metadata


def pieces(head: bytes, tensors: Iterator[Tensor]) -> Iterator[bytes]:
    """Go through a file's content, one tensor in memory at a time."""
    yield head
    for tensor in tensors:
        yield bytes_of(tensor)

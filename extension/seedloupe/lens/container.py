"""Tensors in and out of lens files: which types and names they may have, and their bytes."""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO

import torch
from torch import Tensor

from ..errors import LensFileError
from ..safetensors_file import (
    ContainerRules,
    SafetensorsHeader,
    TensorEntry,
    read_content,
    read_header,
)

#: Names may end up as names of files: nothing that leads elsewhere, nothing invisible.
_SAFE = re.compile(r"(?!.*\.\.)[!-.0-\[\]-~]{1,240}")

TYPES = {
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
_CODES = {dtype: code for code, dtype in TYPES.items()}

RULES = ContainerRules(
    problem=LensFileError,
    codes=tuple(TYPES),
    longest_header=2**25,
    when_damaged="The file is cut short or damaged; record it again.",
    when_too_long="Record fewer steps.",
)
"""What a lens file's container may hold."""


def read_lens_header(stream: BinaryIO, size: int) -> SafetensorsHeader:
    """Read and check what lies where in a lens file of ``size`` bytes.

    Raises:
        LensFileError: it is no safetensors file, tensors are not where it says, or one has a name
            that could lead elsewhere.
    """
    header = read_header(stream, size, RULES)
    for entry in header.entries:
        if not _SAFE.fullmatch(entry.name):
            raise LensFileError("content", expected="names that are no paths", got=repr(entry.name))
    return header


def read_tensor(
    stream: BinaryIO, header: SafetensorsHeader, entry: TensorEntry
) -> tuple[Tensor, str]:
    """Read one tensor, on the CPU, and the SHA-256 of its bytes."""
    content = bytearray(read_content(stream, header, entry, RULES))
    checksum, dtype = hashlib.sha256(content).hexdigest(), TYPES[entry.code]
    if not content:
        return torch.empty(entry.shape, dtype=dtype), checksum
    return torch.frombuffer(content, dtype=dtype).reshape(entry.shape), checksum


def entry_of(name: str, tensor: Tensor) -> TensorEntry:
    """Describe a tensor that will be written.

    Raises:
        LensFileError: the name or the type cannot stand in a file.
    """
    if not _SAFE.fullmatch(name):
        raise LensFileError("name", expected="plain characters and no path", got=repr(name))
    if tensor.dtype not in _CODES:
        raise LensFileError(name, expected=f"one of {', '.join(TYPES)}", got=str(tensor.dtype))
    return TensorEntry(name, _CODES[tensor.dtype], tuple(tensor.shape))


def bytes_of(tensor: Tensor) -> bytes:
    """Return a tensor's bytes as they stand in a file."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes()

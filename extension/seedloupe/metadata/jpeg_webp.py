"""The EXIF block of a JPEG or WebP file, where the web UI keeps its text there."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from .exif import comment_in_exif

_MOST_BLOCKS = 4096
_LONGEST = 2**24
_NAME = b"Exif\0\0"
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
_ALONE = (0x01, *range(0xD0, 0xD9))
"""JPEG markers that have no length."""


def texts_in_jpeg(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read EXIF's comment out of a JPEG file, as ``parameters``.

    Args:
        stream: the file, behind its first two bytes.

    Raises:
        EOFError: it is cut short before its pixels.
        ValueError: it is damaged there.
    """
    for _ in range(_MOST_BLOCKS):
        mark, kind = take(stream, 2)
        while kind == 0xFF:
            (kind,) = take(stream, 1)
        if mark != 0xFF:
            raise ValueError("a damaged JPEG file")
        if kind in (_SCAN, _END):
            return
        if kind in _ALONE:
            continue
        length = max(int.from_bytes(take(stream, 2), "big") - 2, 0)
        if kind != _APP1:
            skip(stream, length)
            continue
        content = take(stream, length)
        if content.startswith(_NAME):
            yield from _parameters(content)
    raise ValueError(f"more than {_MOST_BLOCKS:,} blocks")


def texts_in_webp(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read EXIF's comment out of a WebP file, as ``parameters``.

    Args:
        stream: the file, behind its first twelve bytes.

    Raises:
        EOFError: it is cut short before its EXIF, which comes last.
        ValueError: it is damaged there, or too long.
    """
    stream.seek(4)
    end = 8 + int.from_bytes(take(stream, 4), "little")
    stream.seek(12)
    for _ in range(_MOST_BLOCKS):
        if stream.tell() + 8 > end:
            return
        kind, length = struct.unpack("<4sI", take(stream, 8))
        if kind != b"EXIF":
            skip(stream, length + length % 2)
            continue
        if length > _LONGEST:
            raise ValueError(f"a text of {length:,} bytes")
        yield from _parameters(take(stream, length))
        return
    raise ValueError(f"more than {_MOST_BLOCKS:,} blocks")


def take(stream: BinaryIO, count: int) -> bytes:
    """Read so many bytes.

    Raises:
        EOFError: there are fewer.
    """
    found = stream.read(count)
    if len(found) < count:
        raise EOFError
    return found


def skip(stream: BinaryIO, count: int) -> None:
    """Leave out so many bytes; whether they were there is seen at the next reading."""
    stream.seek(count, 1)


def _parameters(exif: bytes) -> Iterator[tuple[str, str]]:
    text = comment_in_exif(exif.removeprefix(_NAME))
    if text:
        yield "parameters", text

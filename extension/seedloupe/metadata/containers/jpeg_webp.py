"""The texts of a JPEG or WebP file, in their EXIF and XMP blocks, and its size in pixels.

Pillow opens both as well, but a WebP only with a canvas for its pixels, and neither at a size it
takes for an attack; a text is read here whatever the pixels claim to be.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from .exif import is_like_infotext, texts_in_exif

_MOST_BLOCKS = 4096
_LONGEST = 2**24
_NAME, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_APP1, _SCAN, _END, _COMMENT = 0xE1, 0xDA, 0xD9, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = (0x01, *range(0xD0, 0xD9))
"""JPEG markers that have no length."""
XMP = "XML:com.adobe.xmp"
"""What Pillow calls an XMP block, and PNG a text of it."""


def texts_in_jpeg(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read the texts of a JPEG file with their names, EXIF's as :mod:`.exif` names them.

    Args:
        stream: the file, behind its first two bytes.

    Raises:
        EOFError: it is cut short before its pixels.
        ValueError: it is damaged there.
    """
    for kind, length in _segments(stream):
        if kind not in (_APP1, _COMMENT):
            skip(stream, length)
            continue
        content = take(stream, length)
        if kind == _COMMENT:
            text = content.decode("utf-8", "replace").strip("\0 ")
            yield "parameters" if is_like_infotext(text) else "Comment", text
        elif content.startswith(_NAME):
            yield from texts_in_exif(content.removeprefix(_NAME))
        elif content.startswith(_XMP):
            yield XMP, content.removeprefix(_XMP).decode("utf-8", "replace")


def jpeg_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of a JPEG file in pixels; None where no frame says so.

    Args:
        stream: the file, behind its first two bytes.

    Raises:
        EOFError: it is cut short before its frame.
        ValueError: it is damaged there.
    """
    for kind, length in _segments(stream):
        if kind in _FRAMES and length >= 5:
            height, width = struct.unpack(">xHH", take(stream, 5))
            return width, height
        skip(stream, length)
    return None


def texts_in_webp(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read the texts of a WebP file with their names, EXIF's as :mod:`.exif` names them.

    Args:
        stream: the file, behind its first twelve bytes.

    Raises:
        EOFError: it is cut short before its EXIF, which comes last.
        ValueError: it is damaged there, or too long.
    """
    for kind, length in _chunks(stream):
        if kind not in (b"EXIF", b"XMP "):
            skip(stream, length + length % 2)
            continue
        if length > _LONGEST:
            raise ValueError(f"a text of {length:,} bytes")
        content = take(stream, length)
        skip(stream, length % 2)
        if kind == b"EXIF":
            yield from texts_in_exif(content.removeprefix(_NAME))
        else:
            yield XMP, content.decode("utf-8", "replace")


def webp_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of a WebP file in pixels; None where its first chunk tells none.

    Args:
        stream: the file, behind its first twelve bytes.

    Raises:
        EOFError: it is cut short there.
    """
    kind, content = take(stream, 8)[:4], take(stream, 10)
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") for at in (4, 7))
        return width + 1, height + 1
    if kind == b"VP8L" and content[0] == 0x2F:
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", content[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


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


def _segments(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Return kind and length of each segment before the pixels; who reads, passes over it."""
    for _ in range(_MOST_BLOCKS):
        mark, kind = take(stream, 2)
        while kind == 0xFF:
            (kind,) = take(stream, 1)
        if mark != 0xFF:
            raise ValueError("a damaged JPEG file")
        if kind in (_SCAN, _END):
            return
        if kind not in _ALONE:
            yield kind, max(int.from_bytes(take(stream, 2), "big") - 2, 0)
    raise ValueError(f"more than {_MOST_BLOCKS:,} blocks")


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Return kind and length of each chunk; who reads, passes over it."""
    stream.seek(4)
    end = 8 + int.from_bytes(take(stream, 4), "little")
    stream.seek(12)
    for _ in range(_MOST_BLOCKS):
        if stream.tell() + 8 > end:
            return
        kind, length = struct.unpack("<4sI", take(stream, 8))
        yield kind, length
    raise ValueError(f"more than {_MOST_BLOCKS:,} blocks")

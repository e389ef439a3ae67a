"""The texts among the chunks of a PNG file, also behind its pixels and in its EXIF.

Pillow reads those behind the pixels only by decoding all of them, and does not know ComfyUI's chunk
``comf`` of an animated PNG.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .exif import texts_in_exif
from .jpeg_webp import skip, take

_MOST_CHUNKS = 2**17
_LONGEST = 2**24
"""Bytes of one text, packed or not."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_COMFYUI, _EXIF, _HEADER, _PIXELS = b"comf", b"eXIf", b"IHDR", b"IDAT"
_RAW_PROFILE = "Raw profile type "
"""How ImageMagick names blocks of other formats, written as hexadecimal digits."""


def texts_in_png(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read each text of a PNG file with its name.

    Args:
        stream: the file, behind its first eight bytes.

    Raises:
        EOFError: it is cut short; what came before is whole.
        ValueError: a text is damaged or too long, or there are more chunks than any file has.
    """
    seen: set[str] = set()
    for kind, content in _wanted(stream):
        if kind == _EXIF:
            found = _of_exif(content)
        else:
            name, text = _text(kind, content)
            found = _of_profile(text) if name.startswith(_RAW_PROFILE) else [(name, text)]
            seen |= {name}
        # What EXIF says is taken only where no text of PNG's own has the name.
        yield from ((n, t) for n, t in found if kind not in (_EXIF,) or n not in seen)


def png_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of a PNG file in pixels; None where its first chunk is another.

    Args:
        stream: the file, behind its first eight bytes.

    Raises:
        EOFError: it is cut short there.
    """
    _, kind, width, height = struct.unpack(">I4sII", take(stream, 16))
    return (width, height) if kind == _HEADER else None


def png_effort(stream: BinaryIO) -> int | None:
    """Return how hard the packer of a PNG file's pixels says it was told to try (RFC 1950, FLEVEL).

    Args:
        stream: the file, behind its first eight bytes.

    Returns:
        0 for zlib's levels 0 and 1, 1 for 2 to 5, 2 for 6, 3 above; None without pixels.

    Raises:
        EOFError: it is cut short before them.
    """
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", take(stream, 8))
        if kind == _PIXELS and length >= 2:
            return take(stream, 2)[1] >> 6
        if kind == b"IEND":
            return None
        skip(stream, length + 4)
    return None


def _wanted(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Return the chunks that hold texts; all others are passed over."""
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", take(stream, 8))
        if kind == b"IEND":
            return
        if kind not in (*_TEXTS, _COMFYUI, _EXIF):
            skip(stream, length + 4)
            continue
        if length > _LONGEST:
            raise ValueError(f"a text of {length:,} bytes")
        content = take(stream, length)
        if zlib.crc32(kind + content) != int.from_bytes(take(stream, 4), "big"):
            raise ValueError("a damaged text")
        yield kind, content
    raise ValueError(f"more than {_MOST_CHUNKS:,} chunks")


def _text(kind: bytes, content: bytes) -> tuple[str, str]:
    name, _, rest = content.partition(b"\0")
    if kind in (b"tEXt", _COMFYUI):
        text = rest.decode("latin-1")
    elif kind == b"zTXt":
        text = _unpacked(rest[1:]).decode("latin-1")
    else:
        packed, (_, _, words) = rest[:1] == b"\1", (rest[2:].split(b"\0", 2) + [b""] * 2)[:3]
        text = (_unpacked(words) if packed else words).decode("utf-8", "replace")
    return name.decode("latin-1"), text


def _of_exif(block: bytes) -> list[tuple[str, str]]:
    try:
        return list(texts_in_exif(block.removeprefix(b"Exif\0\0")))
    except ValueError:
        return []  # a picture's texts of its own count for more than a damaged block beside them


def _of_profile(text: str) -> list[tuple[str, str]]:
    """Read an EXIF block out of its hexadecimal digits; nothing where it is another profile."""
    digits = "".join(text.split("\n")[3:]).replace(" ", "")
    try:
        block = bytes.fromhex(digits)
    except ValueError:
        return []
    return _of_exif(block) if block.startswith((b"Exif", b"II*", b"MM\0")) else []


def _unpacked(content: bytes) -> bytes:
    """Unpack a text, no further than anybody writes."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(content, _LONGEST)
    except zlib.error as error:
        raise ValueError("a damaged text") from error
    if unpacker.unconsumed_tail:
        raise ValueError(f"a text of more than {_LONGEST:,} bytes")
    return text

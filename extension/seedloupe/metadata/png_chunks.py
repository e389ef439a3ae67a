"""The texts among the chunks of a PNG file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .jpeg_webp import skip, take

_MOST_CHUNKS = 2**17
_LONGEST = 2**24
"""Bytes of one text, packed or not."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def texts_in_png(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read each text of a PNG file with its name.

    Args:
        stream: the file, behind its first eight bytes.

    Raises:
        EOFError: it is cut short; what came before is whole.
        ValueError: a text is damaged or too long, or there are more chunks than any file has.
    """
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", take(stream, 8))
        if kind == b"IEND":
            return
        if kind not in _TEXTS:
            skip(stream, length + 4)
            continue
        if length > _LONGEST:
            raise ValueError(f"a text of {length:,} bytes")
        content = take(stream, length)
        if zlib.crc32(kind + content) != int.from_bytes(take(stream, 4), "big"):
            raise ValueError("a damaged text")
        yield _text(kind, content)
    raise ValueError(f"more than {_MOST_CHUNKS:,} chunks")


def _text(kind: bytes, content: bytes) -> tuple[str, str]:
    name, _, rest = content.partition(b"\0")
    if kind == b"tEXt":
        text = rest.decode("latin-1")
    elif kind == b"zTXt":
        text = _unpacked(rest[1:]).decode("latin-1")
    else:
        packed, (_, _, words) = rest[:1] == b"\1", (rest[2:].split(b"\0", 2) + [b""] * 2)[:3]
        text = (_unpacked(words) if packed else words).decode("utf-8", "replace")
    return name.decode("latin-1"), text


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

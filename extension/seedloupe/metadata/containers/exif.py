"""The texts of an EXIF block, at whatever tag a program put them.

The web UI, Fooocus, Civitai and SwarmUI write ``UserComment``, ComfyUI ``Model``, ``Make`` and the
tags below it, others ``ImageDescription`` or Windows' ``XPComment``. Pillow reads such blocks too,
but holds as much as each of 65,535 entries claims, of a block of a few kilobytes as well; so the
entries are walked here, with a limit on all of them together.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Literal

_POINTER = 0x8769
_ENTRY, _MOST_ENTRIES, _MOST_BYTES = 12, 512, 2**24
_INLINE = 4
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
_BYTES, _ASCII, _UNDEFINED, _UTF8 = 1, 2, 7, 129
_COMMENT, _SOFTWARE, _MAKER, _DESCRIPTION = 0x9286, 0x0131, 0x927C, 0x010E
_WINDOWS = range(0x9C9B, 0x9CA0)
_NAMES = {
    _COMMENT: "parameters",
    _SOFTWARE: "Software",
    _MAKER: "fooocus_scheme",
    _DESCRIPTION: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x013B: "Artist",
    0x9C9C: "XPComment",
}
_SCHEMES = ("fooocus", "a1111")
_NAMED = re.compile(r"([A-Za-z_]{1,40})\s*:\s*(?=[{\[])")
"""ComfyUI's way of naming several texts: ``prompt:{...}``."""
_LIKE_INFOTEXT = re.compile(r"\bSteps: .{0,4000}\bSeed: ", re.DOTALL)


def texts_in_exif(block: bytes) -> Iterator[tuple[str, str]]:
    """Read each text of an EXIF block with its name, those at the same name once.

    Args:
        block: from its byte order on.

    Returns:
        ``parameters`` for a comment in the web UI's words, ComfyUI's own names where a text begins
        with one, and otherwise the tag's name.

    Raises:
        ValueError: the block is damaged, or its texts are too long.
    """
    seen: set[str] = set()
    for tag, content in _entries(block):
        name, text = _named(tag, _decoded(tag, content, is_little=block[:2] == b"II"))
        if text and name and name not in seen:
            seen.add(name)
            yield name, text


def is_like_infotext(text: str) -> bool:
    """Whether a text is in the web UI's words, wherever it stands."""
    return _LIKE_INFOTEXT.search(text) is not None


def _entries(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the tag and the bytes of each entry that may be a text."""
    order = _ORDERS.get(block[:4])
    if order is None:
        raise ValueError("a damaged EXIF block")
    start = "<" if order == "little" else ">"
    total = 0
    try:
        (first,) = struct.unpack_from(f"{start}I", block, 4)
        directories, done = [first], set[int]()
        while directories:
            at = directories.pop()
            if at in done:
                continue
            done.add(at)
            for tag, kind, size, place in _directory(block, start, at):
                if tag == _POINTER and len(done) + len(directories) < 4:
                    directories.append(place)
                if kind not in (_BYTES, _ASCII, _UNDEFINED, _UTF8) or size <= _INLINE:
                    continue
                total += size
                if place + size > len(block) or total > _MOST_BYTES:
                    raise ValueError("a damaged EXIF block")
                yield tag, block[place : place + size]
    except struct.error as error:
        raise ValueError("a damaged EXIF block") from error


def _directory(block: bytes, start: str, at: int) -> Iterator[tuple[int, int, int, int]]:
    (count,) = struct.unpack_from(f"{start}H", block, at)
    for number in range(min(count, _MOST_ENTRIES)):
        yield struct.unpack_from(f"{start}HHII", block, at + 2 + number * _ENTRY)


def _decoded(tag: int, content: bytes, *, is_little: bool) -> str:
    if tag in _WINDOWS:
        return content.decode("utf-16-le", "replace").strip("\0 ")
    if tag == _COMMENT and content[:8] == b"UNICODE\0":
        return _unicode(content[8:], is_little=is_little)
    if tag == _COMMENT and content[:8] in (b"ASCII\0\0\0", bytes(8), b"JIS\0\0\0\0\0"):
        content = content[8:]
    return content.decode("utf-8", "replace").strip("\0 ")


def _unicode(text: bytes, *, is_little: bool) -> str:
    """Decode UTF-16 whose order is told by its letters.

    The web UI writes the high byte first whatever the block's order, others do not: in Latin
    letters, of which every such text has some, the high byte is 0. Without any such byte it is
    UTF-8 under a wrong name.
    """
    if 0 not in text:
        return text.decode("utf-8", "replace").strip("\ufeff ")
    high, low = text[0::2].count(0), text[1::2].count(0)
    big = high > low if high != low else not is_little
    return text.decode("utf-16-be" if big else "utf-16-le", "replace").strip("\0\ufeff ")


def _named(tag: int, text: str) -> tuple[str, str]:
    """Name a text by what it begins with, or else by its tag; empty for what says nothing."""
    begin = _NAMED.match(text)
    if begin is not None:
        return begin[1].lower(), text[begin.end() :]
    if tag == _MAKER and text not in _SCHEMES:
        return "", ""
    if tag in (_DESCRIPTION, *_WINDOWS) and is_like_infotext(text):
        return "parameters", text
    return _NAMES.get(tag, ""), text

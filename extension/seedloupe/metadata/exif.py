"""EXIF's ``UserComment``, in which the web UI writes ``parameters`` (``modules/images.py``)."""

from __future__ import annotations

import struct
from typing import Literal

_POINTER, _COMMENT = 0x8769, 0x9286
_ENTRY = 12
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}


def comment_in_exif(block: bytes) -> str:
    """Return the comment of an EXIF block; empty without one.

    Args:
        block: from its byte order on.

    Raises:
        ValueError: the block is damaged.
    """
    order = _ORDERS.get(block[:4])
    if order is None:
        raise ValueError("a damaged EXIF block")
    start = "<" if order == "little" else ">"
    try:
        (first,) = struct.unpack_from(f"{start}I", block, 4)
        _, below = _entry(block, start, first, _POINTER)
        size, at = _entry(block, start, below, _COMMENT) if below else (0, 0)
    except struct.error as error:
        raise ValueError("a damaged EXIF block") from error
    if at + size > len(block):
        raise ValueError("a damaged EXIF block")
    return _decoded(block[at : at + size], order) if size > _ENTRY - 4 else ""


def _entry(block: bytes, start: str, at: int, tag: int) -> tuple[int, int]:
    """Return the size and the place of one entry of a directory; zeros where it is not there."""
    (count,) = struct.unpack_from(f"{start}H", block, at)
    for number in range(count):
        found, _, size, place = struct.unpack_from(f"{start}HHII", block, at + 2 + number * _ENTRY)
        if found == tag:
            return size, place
    return 0, 0


def _decoded(comment: bytes, order: Literal["little", "big"]) -> str:
    """Decode a comment by the code its first eight bytes name."""
    code, text = comment[:8], comment[8:]
    if code != b"UNICODE\0":
        return text.decode("utf-8", "replace").strip("\0 ")
    # The web UI writes UTF-16 with the high byte first whatever the block's order, others do not:
    # in Latin letters, of which every such text has some, the high byte is 0.
    high, low = text[0::2].count(0), text[1::2].count(0)
    if high == low:
        return text.decode("utf-16-le" if order == "little" else "utf-16-be", "replace")
    return text.decode("utf-16-be" if high > low else "utf-16-le", "replace").strip("\0\ufeff ")

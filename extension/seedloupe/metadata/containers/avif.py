"""The texts of an AVIF file: EXIF and XMP items, by the boxes around them (ISO 14496-12, 23008-12).

Pillow 11.3 and later open AVIF too, but hand its EXIF to a reader without a limit, and earlier ones
open none; a text is read here with any.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .exif import texts_in_exif
from .jpeg_webp import XMP, take

_BRANDS = (b"avif", b"avis")
_MOST_BOXES, _MOST_ITEMS, _LARGEST_META, _LONGEST = 1024, 4096, 2**22, 2**24
_EXIF, _XMP = b"Exif", b"mime"
_NAME = b"Exif\0\0"
_XMP_TYPE = b"application/rdf+xml"


def is_avif(mark: bytes) -> bool:
    """Whether a file that begins so is an AVIF picture or sequence."""
    return mark[4:8] == b"ftyp" and any(mark[8:].count(brand) for brand in _BRANDS)


def texts_in_avif(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Read the texts of an AVIF file with their names, EXIF's as :mod:`.exif` names them.

    Args:
        stream: the file, from its beginning.

    Raises:
        EOFError: it is cut short before its texts.
        ValueError: it is damaged or its texts are too long.
    """
    meta = _meta(stream)
    kinds = dict(_kinds(meta))
    places = dict(_places(meta, kinds))
    for item, kind in kinds.items():
        if item not in places:
            continue
        content = _item(stream, meta, places[item])
        if kind == _EXIF:
            yield from texts_in_exif(_tiff(content))
        else:
            yield XMP, content.decode("utf-8", "replace")


def avif_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of an AVIF file in pixels: the largest that its properties tell.

    Args:
        stream: the file, from its beginning.

    Raises:
        EOFError: it is cut short before them.
        ValueError: it is damaged.
    """
    sizes = [
        struct.unpack_from(">4xII", box)
        for properties in _inside(_meta(stream), b"iprp")
        for container in _inside(properties, b"ipco")
        for box in _inside(container, b"ispe")
        if len(box) >= 12
    ]
    return max(sizes, default=None)


class _Place(NamedTuple):
    """Where an item's bytes are: pieces of the file, or of the ``idat`` box."""

    is_inside: bool
    pieces: tuple[tuple[int, int], ...]


def _meta(stream: BinaryIO) -> bytes:
    """Return the content of the file's ``meta`` box, which names its items; empty without one."""
    for _ in range(_MOST_BOXES):
        head = stream.read(8)
        if not head:
            return b""
        if len(head) < 8:
            raise EOFError
        length, kind = struct.unpack(">I4s", head)
        size = length - 8
        if length == 1:
            size = int.from_bytes(take(stream, 8), "big") - 16
        if kind == b"meta":
            if not 4 <= size <= _LARGEST_META:
                raise ValueError("a damaged AVIF file")
            return take(stream, size)[4:]
        if length == 0 or not 0 <= size < 2**48:
            return b""
        stream.seek(size, 1)
    raise ValueError(f"more than {_MOST_BOXES:,} boxes")


def _inside(content: bytes, wanted: bytes) -> Iterator[bytes]:
    """Return the contents of the boxes of a kind within another."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        end = len(content) if length == 0 else at + length
        if length in range(1, 8) or end > len(content):
            return
        if kind == wanted:
            yield content[at + 8 : end]
        at = end


def _kinds(meta: bytes) -> Iterator[tuple[int, bytes]]:
    """Return number and kind of the items that hold texts."""
    for box in _inside(meta, b"iinf"):
        entries = box[6:] if box[:1] == b"\0" else box[8:]
        for entry in _inside(entries, b"infe"):
            wide = entry[:1] == b"\3"
            if entry[:1] not in (b"\2", b"\3") or len(entry) < 12 + 2 * wide:
                continue
            at = 8 if wide else 6
            kind = entry[at + 2 : at + 6]
            if kind == _EXIF or (kind == _XMP and _XMP_TYPE in entry):
                yield int.from_bytes(entry[4:at], "big"), kind


def _places(meta: bytes, wanted: dict[int, bytes]) -> Iterator[tuple[int, _Place]]:
    """Return where items are, of those that are wanted."""
    for box in _inside(meta, b"iloc"):
        try:
            yield from _located(box, wanted)
        except struct.error as error:
            raise ValueError("a damaged AVIF file") from error


def _located(box: bytes, wanted: dict[int, bytes]) -> Iterator[tuple[int, _Place]]:
    version, sizes = box[0], struct.unpack_from(">H", box, 4)[0]
    of_offset, of_length, of_base = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    of_index = sizes & 15 if version in (1, 2) else 0
    wide = version == 2
    at = 6
    (count,) = struct.unpack_from(">I" if wide else ">H", box, at)
    at += 4 if wide else 2

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > len(box):
            raise struct.error
        return int.from_bytes(box[at - size : at], "big")

    for _ in range(min(count, _MOST_ITEMS)):
        item = number(4 if wide else 2)
        method = number(2) & 15 if version in (1, 2) else 0
        number(2)
        base = number(of_base)
        pieces = []
        for _ in range(min(number(2), _MOST_ITEMS)):
            number(of_index)
            pieces.append((base + number(of_offset), number(of_length)))
        if item in wanted:
            yield item, _Place(method == 1, tuple(pieces))


def _item(stream: BinaryIO, meta: bytes, place: _Place) -> bytes:
    """Read an item's bytes."""
    total = sum(length for _, length in place.pieces)
    if total > _LONGEST:
        raise ValueError(f"a text of {total:,} bytes")
    if place.is_inside:
        store = next(_inside(meta, b"idat"), b"")
        return b"".join(store[begin : begin + length] for begin, length in place.pieces)
    content = b""
    for begin, length in place.pieces:
        if begin >= 2**48:
            raise EOFError
        stream.seek(begin)
        content += take(stream, length)
    return content


def _tiff(content: bytes) -> bytes:
    """Return an EXIF item from its byte order on; its first four bytes say where that is."""
    begin = 4 + int.from_bytes(content[:4], "big")
    return content[begin:].removeprefix(_NAME)

"""The texts of an AVIF file are read with any Pillow, and no box leads astray."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import pytest

from seedloupe.metadata.containers.avif import avif_size, is_avif, texts_in_avif

from ..picture_files import exif, unicode_comment

TEXT = "a hill\nSteps: 20, Sampler: Euler, Seed: 7"
BLOCK = exif(unicode_comment(TEXT)).removeprefix(b"Exif\0\0")


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def avif(item: bytes, *, inside: bool = False) -> bytes:
    """A file of one EXIF item, in ``idat`` or behind the boxes, and one size of 64x48."""
    names = box(b"iinf", bytes(4), b"\0\1", box(b"infe", b"\2\0\0\0", b"\0\5\0\0", b"Exif", b"\0"))
    size = box(b"iprp", box(b"ipco", box(b"ispe", bytes(4), struct.pack(">II", 64, 48))))
    head = box(b"ftyp", b"avif", bytes(4), b"mif1avif")

    def places(begin: int) -> bytes:
        fixed = b"\1\0\0\0\x44\0" + b"\0\1" + b"\0\5" + (b"\0\1" if inside else b"\0\0") + b"\0\0"
        return box(b"iloc", fixed, b"\0\1", struct.pack(">II", begin, len(item)))

    store = box(b"idat", item) if inside else b""
    meta = box(b"meta", bytes(4), names, places(0), size, store)
    begin = 0 if inside else len(head) + len(meta) + 8
    meta = box(b"meta", bytes(4), names, places(begin), size, store)
    return head + meta + (b"" if inside else box(b"mdat", item))


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("prefix", [b"\0\0\0\0", b"\0\0\0\6Exif\0\0"])
def test_a_comment_is_read_wherever_the_item_lies(inside: bool, prefix: bytes) -> None:
    content = avif(prefix + BLOCK, inside=inside)
    assert is_avif(content[:32])
    assert dict(texts_in_avif(io.BytesIO(content))) == {"parameters": TEXT}
    assert avif_size(io.BytesIO(content)) == (64, 48)


def test_another_brand_is_no_avif() -> None:
    assert not is_avif(box(b"ftyp", b"heic", bytes(4), b"mif1"))
    assert not is_avif(b"RIFF")


def test_a_file_without_items_has_no_texts() -> None:
    content = box(b"ftyp", b"avif", bytes(4)) + box(b"mdat", b"x")
    assert list(texts_in_avif(io.BytesIO(content))) == []
    assert avif_size(io.BytesIO(content)) is None


def test_a_file_cut_short_ends_as_one_and_damage_as_damage() -> None:
    content = avif(b"\0\0\0\0" + BLOCK)
    for end in range(len(content)):
        with suppress(EOFError, ValueError):
            assert list(texts_in_avif(io.BytesIO(content[:end]))) == []
    with pytest.raises(EOFError):
        list(texts_in_avif(io.BytesIO(content[:-1])))
    for at in range(16, 220):
        for value in (0, 0x7F, 0xFF):
            changed = content[:at] + bytes([value]) + content[at + 1 :]
            with suppress(EOFError, ValueError):
                list(texts_in_avif(io.BytesIO(changed)))
            with suppress(EOFError, ValueError):
                avif_size(io.BytesIO(changed))


def test_an_item_of_too_many_bytes_is_refused() -> None:
    content = avif(b"\0\0\0\0" + BLOCK)
    length = struct.pack(">I", len(BLOCK) + 4)
    huge = content.replace(length, struct.pack(">I", 2**30), 1)
    with pytest.raises(ValueError, match="1,073,741,824 bytes"):
        list(texts_in_avif(io.BytesIO(huge)))

from __future__ import annotations

from contextlib import suppress

import pytest

from seedloupe.metadata.containers.exif import texts_in_exif

from ..picture_files import exif, unicode_comment

TEXT = "丘 and a hill\nSteps: 20, Seed: 7"


def read(comment: bytes, order: str = "II") -> str:
    block = exif(comment, order=order).removeprefix(b"Exif\0\0")
    return dict(texts_in_exif(block)).get("parameters", "")


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("code", ["utf-16-be", "utf-16-le"])
def test_a_unicode_comment_is_read_in_any_byte_order(order: str, code: str) -> None:
    assert read(unicode_comment(TEXT, code), order) == TEXT


@pytest.mark.parametrize("name", [b"ASCII\0\0\0", b"\0" * 8])
def test_a_comment_of_bytes_is_read_too(name: bytes) -> None:
    assert read(name + TEXT.encode() + b"\0") == TEXT


@pytest.mark.parametrize("comment", [b"", b"UNICODE\0"])
def test_an_empty_comment_says_nothing(comment: bytes) -> None:
    assert read(comment) == ""


def test_a_block_without_a_comment_says_nothing() -> None:
    assert list(texts_in_exif(b"II*\0\x08\0\0\0\0\0\0\0\0\0")) == []


def test_no_damage_gets_through_as_another_error() -> None:
    block = exif(unicode_comment(TEXT)).removeprefix(b"Exif\0\0")
    for end in range(len(block)):
        with pytest.raises(ValueError, match="damaged EXIF"):
            list(texts_in_exif(block[:end]))


@pytest.mark.parametrize("value", [0, 1, 0xFF])
def test_whatever_stands_in_a_block_it_is_read_or_refused(value: int) -> None:
    block = exif(unicode_comment(TEXT)).removeprefix(b"Exif\0\0")
    for at in range(40):
        with suppress(ValueError):
            for name, text in texts_in_exif(block[:at] + bytes([value]) + block[at + 1 :]):
                assert isinstance(name, str)
                assert isinstance(text, str)

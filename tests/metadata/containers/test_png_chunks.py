from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from seedloupe.metadata.containers.png_chunks import png_effort, png_size, texts_in_png

from ..picture_files import exif, png, unicode_comment


def read(content: bytes) -> dict[str, str]:
    return dict(texts_in_png(io.BytesIO(content)))


def chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def test_every_kind_of_text_is_read_as_pillow_wrote_it() -> None:
    chunks = PngInfo()
    chunks.add_text("plain", "grün")
    chunks.add_text("packed", "grün" * 99, zip=True)
    chunks.add_itxt("wide", "丘 🌄", lang="ja", tkey="title")
    chunks.add_itxt("both", "丘" * 99, zip=True)
    content = io.BytesIO()
    Image.new("L", (8, 6)).save(content, "PNG", pnginfo=chunks)
    expected = {"plain": "grün", "packed": "grün" * 99, "wide": "丘 🌄", "both": "丘" * 99}
    assert read(content.getvalue()[8:]) == expected


def test_a_text_behind_the_pixels_is_found_too() -> None:
    content = chunk(b"IDAT", b"x" * 99) + chunk(b"tEXt", b"a\0b") + chunk(b"IEND", b"")
    assert read(content) == {"a": "b"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (chunk(b"tEXt", b"a\0Seed: 1").replace(b": 1", b": 2"), "damaged"),
        (chunk(b"zTXt", b"a\0\0no zlib"), "damaged"),
        (struct.pack(">I", 2**25) + b"tEXt", "33,554,432 bytes"),
        (chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**24 + 1))), "more than 16,777,216 bytes"),
        (chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(2**24 + 1))), "more than 16,777,216"),
        (chunk(b"aaAa", b"") * (2**17 + 1), "chunks"),
    ],
)
def test_damage_and_bombs_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(content)


@pytest.mark.parametrize("rest", [b"", b"a", b"a\0", b"a\0\1", b"a\0\0\0", b"a\0\0\0en\0"])
def test_a_text_that_is_only_begun_is_empty_and_breaks_nothing(rest: bytes) -> None:
    for kind in (b"tEXt", b"iTXt"):
        texts = read(chunk(kind, rest) + chunk(b"IEND", b""))
        assert set(texts.values()) <= {"", "\1", "\0\0", "\0\0en\0"}


def test_a_chunk_that_is_cut_off_is_told() -> None:
    with pytest.raises(EOFError):
        read(chunk(b"tEXt", b"a\0b")[:-5])


def test_comfyuis_own_chunk_of_an_animation_is_read() -> None:
    content = chunk(b"IDAT", b"x") + chunk(b"comf", b'prompt\0{"a": 1}') + chunk(b"IEND", b"")
    assert read(content) == {"prompt": '{"a": 1}'}


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_exif_in_a_png_is_read_but_a_text_of_its_own_counts_for_more(prefix: bytes) -> None:
    block = prefix + exif(unicode_comment("of exif")).removeprefix(b"Exif\0\0")
    own = chunk(b"tEXt", b"parameters\0of png")
    end = chunk(b"IEND", b"")
    assert read(chunk(b"eXIf", block) + end) == {"parameters": "of exif"}
    assert read(own + chunk(b"eXIf", block) + end) == {"parameters": "of png"}
    assert read(chunk(b"eXIf", block) + own + end) == {"parameters": "of png"}
    assert read(chunk(b"eXIf", b"II*\0broken") + own + end) == {"parameters": "of png"}


def test_exif_that_imagemagick_wrote_as_digits_is_read() -> None:
    block = exif(unicode_comment("of exif"))
    digits = block.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = b"Raw profile type exif\0\0" + zlib.compress(
        f"\nexif\n{len(block):8}\n{lines}\n".encode()
    )
    assert read(chunk(b"zTXt", text) + chunk(b"IEND", b"")) == {"parameters": "of exif"}
    icc = chunk(b"tEXt", b"Raw profile type icc\0\nicc\n 4\n00112233\n")
    assert read(icc + chunk(b"IEND", b"")) == {}


def test_the_size_is_read_out_of_the_first_chunk() -> None:
    assert png_size(io.BytesIO(png()[8:])) == (48, 32)
    assert png_size(io.BytesIO(chunk(b"tEXt", b"a" * 20))) is None
    with pytest.raises(EOFError):
        png_size(io.BytesIO(b"\0\0"))


@pytest.mark.parametrize(("level", "effort"), [(1, 0), (4, 1), (5, 1), (6, 2), (9, 3)])
def test_a_packer_says_how_hard_it_was_told_to_try(level: int, effort: int) -> None:
    packed = chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", zlib.compress(bytes(99), level))
    assert png_effort(io.BytesIO(packed)) == effort
    assert png_effort(io.BytesIO(chunk(b"IEND", b""))) is None
    with pytest.raises(EOFError):
        png_effort(io.BytesIO(packed[:20]))

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from seedloupe.metadata.containers.jpeg_webp import (
    jpeg_size,
    texts_in_jpeg,
    texts_in_webp,
    webp_size,
)

from ..picture_files import exif, lossy, unicode_comment

BLOCK = exif(unicode_comment("a hill"))


def app1(content: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def riff(*chunks: tuple[bytes, bytes]) -> io.BytesIO:
    body = b"".join(
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in chunks
    )
    return io.BytesIO(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)


def test_other_blocks_of_a_jpeg_are_passed_over() -> None:
    name = BLOCK if BLOCK.startswith(b"Exif") else b"Exif\0\0" + BLOCK
    content = b"\xff\x01" + app1(b"xmp") + b"\xff\xff\xff" + app1(name)[1:] + b"\xff\xda"
    assert list(texts_in_jpeg(io.BytesIO(content))) == [("parameters", "a hill")]


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_a_webp_keeps_its_exif_with_or_without_a_name_behind_odd_chunks(prefix: bytes) -> None:
    block = prefix + BLOCK.removeprefix(b"Exif\0\0")
    stream = riff((b"VP8X", bytes(10)), (b"VP8 ", b"odd"), (b"EXIF", block))
    assert list(texts_in_webp(stream)) == [("parameters", "a hill")]


def test_a_webp_that_is_cut_off_lost_its_text_and_says_so() -> None:
    whole = lossy("WEBP", BLOCK)
    with pytest.raises(EOFError):
        list(texts_in_webp(io.BytesIO(whole[:-20])))


@pytest.mark.parametrize("content", [b"\0\0", b"\xff\xe1\0\x09Exif\0\0II*"])
def test_a_damaged_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, EOFError)):
        list(texts_in_jpeg(io.BytesIO(content)))


def test_blocks_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="blocks"):
        list(texts_in_jpeg(io.BytesIO(b"\xff\x01" * 5000)))
    with pytest.raises(ValueError, match="blocks"):
        list(texts_in_webp(riff(*[(b"junk", b"")] * 5000)))
    huge = io.BytesIO(b"RIFF\xff\xff\xff\xffWEBPEXIF" + struct.pack("<I", 2**30))
    with pytest.raises(ValueError, match="1,073,741,824 bytes"):
        list(texts_in_webp(huge))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_size_is_read_without_the_pixels(kind: str) -> None:
    content = io.BytesIO(lossy(kind, BLOCK))
    content.seek(2 if kind == "JPEG" else 12)
    assert (jpeg_size if kind == "JPEG" else webp_size)(content) == (48, 32)


@pytest.mark.parametrize("lossless", [False, True])
def test_a_webp_of_any_making_tells_its_size(lossless: bool) -> None:
    content = io.BytesIO()
    Image.new("RGB", (50, 34)).save(content, "WEBP", lossless=lossless)
    content.seek(12)
    assert webp_size(content) == (50, 34)
    assert webp_size(io.BytesIO(b"junk" + bytes(14))) is None


def test_a_jpeg_without_a_frame_tells_no_size() -> None:
    assert jpeg_size(io.BytesIO(b"\xff\xd9")) is None


def test_other_texts_of_both_are_read_by_their_names() -> None:
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x/>"
    comment = b"\xff\xfe" + struct.pack(">H", 8) + b"a hill"
    jpeg = io.BytesIO(app1(xmp) + comment + b"\xff\xda")
    assert list(texts_in_jpeg(jpeg)) == [("XML:com.adobe.xmp", "<x/>"), ("Comment", "a hill")]
    webp = riff((b"VP8X", bytes(10)), (b"XMP ", b"<x/>"), (b"EXIF", BLOCK))
    assert [name for name, _ in texts_in_webp(webp)] == ["XML:com.adobe.xmp", "parameters"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("a hill", "Comment"), ("a hill\nSteps: 20, Seed: 7, Size: 64x48", "parameters")],
)
def test_a_jpeg_comment_in_the_web_uis_words_is_its_text(text: str, name: str) -> None:
    content = b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text.encode() + b"\xff\xda"
    assert list(texts_in_jpeg(io.BytesIO(content))) == [(name, text)]
